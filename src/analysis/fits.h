// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Scaling laws of a region's curve.
#pragma once

#include <vector>

#include "analysis/analysis.h"

namespace ftscale::analysis {

/// A run of the region.
struct TimedRun {
    int threads = 1;
    int repeat = 0;
    double time_s = 0;  // of a unit of work
    bool oversubscribed = false;
};

/// Fits Amdahl's law and the USL to the repeats that have a run at every thread count. Runs with more threads than CPUs
/// are left out: the laws speak of threads that can run.
void add_fits(const std::vector<TimedRun>& runs, RegionResult& result);

/// Absent without a law.
std::optional<Prediction> predict(const RegionResult& region, int threads);

}  // namespace ftscale::analysis
