// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "recording/manifest.h"

namespace ftscale::exports {

/// "bench.py --size 3 at 8 threads": the command as given, cut where it is a whole program (-c).
std::string title(const recording::Manifest& manifest, int threads);

/// "ftscale@0.1.0": who wrote the file.
std::string exporter();

}  // namespace ftscale::exports
