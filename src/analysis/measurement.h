// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How the recording was made: what the samples came from, what was dropped, what the probe cost.
#pragma once

#include <vector>

#include "analysis/analysis.h"
#include "analysis/runs.h"

namespace ftscale::analysis {

Measurement summarise_measurement(const std::vector<UsedRun>& runs);

}  // namespace ftscale::analysis
