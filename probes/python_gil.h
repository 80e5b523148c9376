// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include "thread_state.h"

namespace ftscale::probe {

/// 0: the GIL is off; more: it is on; -1: cannot be told.
int gil_state();

/// Writes a GilModule record for each loaded extension module that has not said that it can do without the GIL, in the
/// order they were loaded. Call attached.
void write_gil_modules(ThreadState& state);

}  // namespace ftscale::probe
