// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How many threads a run had, and how many of them were busy at a time: what tells a script that heeds the thread count
// from one that does not. Of the whole script whatever region is measured, for threads that are started outside of it
// heed the count, too.
#pragma once

#include <vector>

#include "analysis/analysis.h"
#include "analysis/runs.h"

namespace ftscale::analysis {

/// By run, as `runs`; absent where a run was not recorded in full.
std::vector<std::optional<ThreadUse>> measure_thread_use(const std::vector<UsedRun>& runs, const account::Sites& sites);

/// States the means over the repeats at each thread count; the CPU time is that of `measured`. Absent where it is for
/// one of the repeats.
void add_thread_use(const std::vector<UsedRun>& runs, const std::vector<std::optional<ThreadUse>>& uses,
                    const std::vector<MeasuredRun>& measured, RegionResult& region);

}  // namespace ftscale::analysis
