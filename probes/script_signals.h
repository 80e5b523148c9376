// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The script's own signals. Two things must be known of them: whether a handler of the script ran in a thread (else a
// call that a signal has ended goes on, see interruption.h), and whether a signal came to a thread only because the
// sampler's did. The kernel chooses a thread for a signal sent to a process, usually the main thread, but leaves the
// signal in a queue that all threads share (complete_signal() and dequeue_signal() in its kernel/signal.c): a thread
// that returns from the sampler's handler before the chosen one runs takes it away. CPython runs Python's handlers in
// the main thread, which then is not woken, and may wait for ever. So the script's handlers are called through
// on_script_signal, which gives such a signal back to whom it was meant for.
#pragma once

#include <csignal>
#include <cstdint>

namespace ftscale::probe {

using SignalHandler = void (*)(int signal, siginfo_t* info, void* context);

/// Stands in the kernel's table in place of the script's handlers.
void on_script_signal(int signal, siginfo_t* info, void* context);

/// The script's handler of a signal; the last one where it has none now.
SignalHandler script_handler(int signal);
void set_script_handler(int signal, SignalHandler handler);

/// When the main thread was last in the sampler's handler, where it takes no other signal: the kernel then chooses
/// another thread. Written by the main thread alone.
struct alignas(64) LeaderSamples {
    std::uint64_t end_ns = 0;
    std::uint64_t mask = 0;  // the thread's own, while it is in the handler; a bit for each signal from 1 on
};
extern LeaderSamples g_leader_samples;

}  // namespace ftscale::probe
