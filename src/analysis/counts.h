// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What was counted, by function and in all.
#pragma once

#include <map>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/places.h"
#include "analysis/runs.h"

namespace ftscale::analysis {

/// Means over the repeats of one thread count.
struct CountCosts {
    struct Cost {
        Counts all, work;
    };
    std::map<FunctionKey, Cost> functions;
    Cost run;
    Counts process;
};

/// Adds what the ledger counted, times `factor`: to the run, to the function each stack belongs to, and again to the
/// native function at work, where there is one.
void add_counts(const account::Ledger& ledger, double factor, const Places& places, CountCosts& costs);

/// Writes the counts into the run and its rows: of functions, and of the threads of `last`.
void state_counts(const CountCosts& costs, const account::Ledger& last, RunResult& run);

/// The events that counted anywhere in the runs, and those that were asked for and did not.
void state_counters(const std::vector<MeasuredRun>& runs, const recording::Manifest& manifest,
                    Measurement& measurement);

}  // namespace ftscale::analysis
