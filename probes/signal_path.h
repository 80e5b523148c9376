// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>

namespace ftscale::probe {

/// What the script asked to happen on the signal we use; see signals.cpp.
extern struct sigaction g_script_action;

/// The sampler's signal handler. Everything it reaches lives in the files that
/// tests/architecture/signal_path_symbols.txt fences.
void on_sample_signal(int signal, siginfo_t* info, void* context);

}  // namespace ftscale::probe
