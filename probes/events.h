// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Writes one record each. Safe in a signal handler; the caller holds a Recording or is the handler itself. A record
// that finds no room is dropped and counted.
#pragma once

#include "machine_context.h"
#include "thread_state.h"

namespace ftscale::probe {

/// Begins the thread's stream.
void write_thread_begin(ThreadState& state, const char* name, std::uintptr_t start_routine);
/// Where the thread is not sampled as its process is.
void write_thread_sampler(ThreadState& state, format::Sampler sampler);
void write_thread_name(ThreadState& state, const char* name);
/// Totals, at an end; like all records of ends it may use the room kept for them. Reads /proc.
void write_thread_stat(ThreadState& state);
void write_thread_end(ThreadState& state);
void write_region(ThreadState& state, format::RecordType begin_or_end, const char* name, std::size_t bytes);
/// What the process's children have used, and how many of them are not recorded.
void write_process_stat(ThreadState& state, std::uint32_t forks_unrecorded);
void write_process_event(ThreadState& state, format::Event event, std::int32_t value);

void write_sample(ThreadState& state, const ucontext_t& context, std::uint64_t time_ns);
/// What the next sample has to know of one that is not written.
void leave_out_sample(ThreadState& state);

/// The lock behind a wait, as far as the address tells.
struct WaitTarget {
    std::uintptr_t address = 0;
    std::uintptr_t lock_address = 0;
    std::uint64_t entered_ns = 0;
    bool on_own_stack = false;
};
void write_wait_begin(ThreadState& state, format::WaitKind kind, const WaitTarget& target, const Cursor& caller,
                      std::uint64_t time_ns);
void write_wait_end(ThreadState& state, int error, bool handed_off, std::uint64_t time_ns);

void write_wake(ThreadState& state, const format::Wake& wake, const Cursor& caller, std::uint64_t time_ns);

void write_spin_begin(ThreadState& state, const std::uint64_t* saved_registers, const Cursor& caller,
                      std::uint64_t time_ns);
/// Ends the thread's open spin, if there is one.
void close_spin(ThreadState& state);

void write_gc_begin(ThreadState& state, std::uint32_t generation, const Cursor& caller, std::uint64_t time_ns);
void write_gc_end(ThreadState& state, std::uint64_t collected);
void write_gil_module(ThreadState& state, const char* name, std::size_t bytes);

/// Adds what the probe has taken for itself since `begin_ns` to the thread's account. Wall time: reading the CPU clock
/// costs as much as a stack.
void add_cost(ThreadState& state, std::uint64_t begin_ns);

/// Nanoseconds the thread has waited for a CPU, from schedstat; kUnknownNs where the kernel does not tell.
std::uint64_t read_run_delay();
std::uint64_t thread_cpu_ns();

}  // namespace ftscale::probe
