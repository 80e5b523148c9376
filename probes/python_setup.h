// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the probe does through CPython's C API: the built-in module `_ftscale`, the script's first and last moment, the
// code watcher.
#pragma once

namespace ftscale::probe {

/// Called once from the probe's constructor, before the interpreter is initialised. `on_script_begin` runs in the main
/// thread, attached, right before the script's first line.
void set_up_python(void (*on_script_begin)(), void (*on_script_end)());

/// 0: the GIL is off; more: it is on; -1: cannot be told.
int gil_state();

}  // namespace ftscale::probe
