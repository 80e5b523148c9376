// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// One region over all thread counts: the curve, its fits, and the ledgers' means and growth.
#pragma once

#include <string>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/places.h"
#include "analysis/runs.h"

namespace ftscale::analysis {

/// `runs` by thread count. An empty result for no runs.
RegionResult make_region_result(std::string name, const std::vector<MeasuredRun>& runs,
                                const recording::Manifest& manifest, const Places& places);

}  // namespace ftscale::analysis
