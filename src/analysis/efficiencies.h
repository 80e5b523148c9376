// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What of a region's time is useful computation, and what makes it cost more than at the baseline.
#pragma once

#include <vector>

#include "analysis/analysis.h"
#include "analysis/runs.h"

namespace ftscale::analysis {

/// States efficiency and work_split of each of the region's runs, which were made from `measured`. Useful is what a
/// thread does on a CPU: `work`, and `refcount`, `gc` and `kernel`, which POP cannot tell from it (it calls useful what
/// is outside of the run time system of the parallel language): so what they cost more shows as computation that got
/// less efficient. The mechanics of synchronising, which POP has as transfer, are `spin` and `run_queue`: busy with a
/// lock's own word, or awake and not yet running. All other waiting is for what another thread computes, or for nothing
/// the threads can help (`io`, `sleep`), and makes up serialisation and load balance.
void add_efficiencies(const std::vector<MeasuredRun>& measured, const Measurement& measurement, RegionResult& region);

}  // namespace ftscale::analysis
