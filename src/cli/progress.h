// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "launch/sweep.h"

namespace ftscale::cli {

/// "run 3 of 8: 2 threads, repeat 2 ... about 12 s left"
std::string describe_progress(const launch::SweepProgress& progress);

/// "2 threads, repeat 2", "2 threads with the GIL, repeat 1", "2 threads, warm-up". People count repeats from 1.
std::string describe_run(const launch::PlannedRun& run);

/// "12 s", "3 min 5 s", "2 h 10 min"
std::string describe_duration(double seconds);

}  // namespace ftscale::cli
