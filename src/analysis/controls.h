// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The curve's company: what the same work takes with the GIL on, and in processes that share nothing.
#pragma once

#include <vector>

#include "analysis/analysis.h"
#include "analysis/runs.h"
#include "recording/recording.h"

namespace ftscale::analysis {

/// The controls' figures for this region, against the ordinary `points`. A repeat counts when all its processes
/// succeeded.
std::vector<Control> measure_controls(const recording::Recording& recording, const RegionChoice& choice,
                                      const std::vector<Point>& points);

}  // namespace ftscale::analysis
