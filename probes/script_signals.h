// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The script's own signals. Two things must be known of them: whether a handler of the script ran in a thread (else a
// call that a signal has ended goes on, see interruption.h), and whether a signal came to a thread only because the
// sampler's did. The kernel chooses a thread for a signal sent to a process, usually the main thread, but leaves the
// signal in a queue that all threads share (complete_signal() and dequeue_signal() in its kernel/signal.c): a thread
// that returns from the sampler's handler before the chosen one runs takes it away. CPython runs Python's handlers in
// the main thread, which then is not woken, and may wait for ever. So the script's handlers are called through
// on_script_signal, which gives such a signal back to whom it was meant for. The same helps where the main thread is in
// the sampler's handler, with all signals blocked, when the kernel chooses.
#pragma once

#include <csignal>
#include <cstdint>

namespace ftscale::probe {

using SignalHandler = void (*)(int signal, siginfo_t* info, void* context);

/// Stands in the kernel's table in place of the script's handlers.
void on_script_signal(int signal, siginfo_t* info, void* context);

/// The script's handler of a signal; the last one where it has none now.
SignalHandler script_handler(int signal);
/// `restarts`: calls that it interrupts go on (SA_RESTART), as far as they can.
void set_script_handler(int signal, SignalHandler handler, bool restarts);
bool is_restarting(int signal);

/// The main thread's own mask when it was last sampled; a bit for each signal from 1 on. While it is in the sampler's
/// handler it takes no signal, and the kernel then chooses another thread. Written by the main thread alone.
extern std::uint64_t g_leader_mask;

}  // namespace ftscale::probe
