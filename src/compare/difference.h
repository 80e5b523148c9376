// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Two recordings side by side: how far apart they are at each thread count, and in what; pure. Nothing is judged, but
// what lies beyond the noise is told from what does not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/figures.h"
#include "model/statistics.h"

namespace ftscale::compare {

/// A difference is clear when chance alone makes one like it with less than this probability; all that are listed
/// together at one thread count (Holm).
inline constexpr double kClearLevel = 0.05;

/// What one category, function, lock or object lost in both; 0 where it lost next to nothing.
struct LossChange {
    Loss before, after;         // of one name and place
    double standard_error = 0;  // of the difference
    double half_width95 = 0;    // of its 95 % interval
    bool is_clear = false;

    double cores() const { return after.cores - before.cores; }
};

/// One thread count that both have.
struct PointChange {
    int threads = 1;
    double time_before_s = 0, time_after_s = 0;  // of the fastest runs
    double speedup_before = 1, speedup_after = 1;
    std::optional<double> ratio;                // of the efficiencies; absent with fewer than two repeats
    std::optional<model::Interval> ratio_ci95;  // of that
    bool is_clear = false;
    bool is_before_disturbed = false, is_after_disturbed = false;  // others used the CPUs
    std::vector<LossChange> categories;                            // all, in the ledger's order
    std::vector<LossChange> functions, locks, objects;             // the largest change first

    double lost_before() const { return threads - speedup_before; }
    double lost_after() const { return threads - speedup_after; }
};

struct Difference {
    std::vector<std::string> why_not;  // the two cannot be laid side by side; then there is nothing else
    std::vector<std::string> notes;    // what else differs: machine, interpreter
    std::vector<PointChange> points;   // by thread count
};

Difference find_difference(const Figures& before, const Figures& after);

}  // namespace ftscale::compare
