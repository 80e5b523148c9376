// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

namespace ftscale::probe {

/// Has every garbage collection of the main interpreter recorded. Call attached, before the script's first line.
void watch_collections();

}  // namespace ftscale::probe
