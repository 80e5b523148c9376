// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Native and Python frames of the calling thread, merged, and their records. Safe in a signal handler.
#pragma once

#include "machine_context.h"
#include "python_slots.h"
#include "thread_state.h"

namespace ftscale::probe {

/// Takes the stack as seen from `cursor` into the thread's current StackWords. Writes Code and Module records for what
/// the thread has not named before, so call it before beginning the record that will hold the stack.
void capture_stack(ThreadState& state, Cursor cursor, std::uintptr_t thread_state);

/// Names the object that a code address is in, once per thread.
void write_module_of(ThreadState& state, std::uintptr_t address);

/// Bytes that the captured stack takes in a record, delta-coded against the thread's previous one.
std::size_t stack_bytes(const ThreadState& state);
/// Writes it to `out` and makes it the previous stack. Call exactly once per record, right before commit().
void write_stack(ThreadState& state, std::byte* out);

}  // namespace ftscale::probe
