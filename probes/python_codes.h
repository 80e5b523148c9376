// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Code objects: their names, written once per thread. Safe in a signal handler.
#pragma once

#include "thread_state.h"

namespace ftscale::probe {

/// The number by which this thread's records call a code object. Writes its Code record when the thread meets it for
/// the first time, with nothing read of it that was not asked for before; 0 where it is no code object, or there is no
/// room for the record.
std::uint32_t code_id(ThreadState& state, std::uintptr_t code);

/// How far into its code a frame is, in bytes. The code must be one that has a number.
std::uint32_t instruction_offset(ThreadState& state, const PythonFrame& frame);

/// Forgets what the thread knew of code objects that are gone, as others may have come to stand in their place.
void forget_destroyed_codes(ThreadState& state);

}  // namespace ftscale::probe
