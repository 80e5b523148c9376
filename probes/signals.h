// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

namespace ftscale::probe {

/// Installs the sampler's handler. From here on the script's own wishes for that signal are kept aside: it can neither
/// replace the handler nor block the signal, and is told what it would be told without us.
void install_sample_handler();

}  // namespace ftscale::probe
