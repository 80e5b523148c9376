// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The probe's way into the interpreter: the built-in module `_ftscale`, the script's first and last moment, the code
// watcher.
#pragma once

namespace ftscale::probe {

/// Called once from the probe's constructor, before the interpreter is initialised. `on_script_begin` runs in the main
/// thread, attached, right before the script's first line.
void set_up_python(void (*on_script_begin)(), void (*on_script_end)());

}  // namespace ftscale::probe
