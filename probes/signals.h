// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>

#include "thread_state.h"

namespace ftscale::probe {

/// Installs the sampler's handler. From here on the script's own wishes for that signal are kept aside: it can neither
/// replace the handler nor block the signal, and is told what it would be told without us. And its handlers of other
/// signals are called through script_signals.h.
void install_sample_handler();
bool has_sample_handler();
/// Puts it back after another disposition was shown to a program that was not executed.
void restore_sample_handler();

/// Blocks or unblocks the sampler's signal in the calling thread, whatever the script believes.
void block_sample_signal(bool blocked);

/// Where the script has sent the sampler's signal while it believed it blocked: takes it. False where it has not.
bool take_held_signal(ThreadState& state, siginfo_t* info);

}  // namespace ftscale::probe
