// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The regression check: pure. A speed-up is a ratio of times taken in turn on one machine, so it holds where times do
// not; what is judged is its change, by the interval of the ratio. Three answers, not two: where the noise hides which
// it is, that is said, and how many runs would tell.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/figures.h"
#include "compare/rules.h"
#include "model/statistics.h"

namespace ftscale::compare {

enum class Verdict { Pass, Inconclusive, Fail, Invalid };
/// "pass", "inconclusive", "fail", "invalid"
const char* verdict_name(Verdict verdict);

/// No rule is broken by chance with more than this probability, all rules together. An efficiency that is as it was
/// has to be that unlikely; that it is as low as allowed, as unlikely as that the 95 % interval misses it on this side.
/// So what fails has its limit outside the interval that is printed, and what passes, too.
inline constexpr double kFailLevel = 0.01;
inline constexpr double kPassLevel = 0.025;
/// A sweep that took less than this fails only with what no bout of others explains: other programs, and other guests
/// of a machine, take CPUs for seconds, and what is over so soon may have met one bout from its first run to its last.
/// Of two sweeps of five seconds on a machine with nothing else to do one had a speed-up of 1.7, the other of 1.1
/// throughout. Twenty repeats of half a second take longer than this. Where bouts do, too, they look like a loss.
inline constexpr double kShortestSweep_s = 15;
/// A bout leaves a run this share of its speed at least: half of its CPUs, or half of each. What is slower than that
/// was not others' doing, where they are known to have used the CPUs, too.
inline constexpr double kBoutSpeed = 0.5;

/// How one rule came out.
struct Outcome {
    std::string rule;     // "max-regression", "min-speedup", "max-loss"
    std::string subject;  // max-loss: what is lost to
    int threads = 1;
    Verdict verdict{};
    double value = 0;                           // efficiency now / before; speed-up; cores
    double bound = 0;                           // what the rule allows, in the same unit
    std::optional<model::Interval> interval95;  // of the value
    std::optional<int> repeats_needed;          // inconclusive: runs at each thread count that would tell
    std::string reason;                         // why there is no figure; empty where there is one
    SourceLine line = {};                       // where a function, lock or object that the rule is about loses most
    bool has_too_few_runs = false;              // inconclusive: chance is not ruled out, whatever the figure
    bool has_short_baseline = false;            // inconclusive: only a longer baseline would tell
    bool is_disturbed = false;                  // inconclusive: other programs used the CPUs, whatever the figure
};

/// A function, lock or object whose loss has grown over the baseline's.
struct Growth {
    std::string kind;  // "function", "lock", "object"
    Loss now;
    double before_cores = 0;
    double grown_cores() const { return now.cores - before_cores; }
};

struct CheckResult {
    Verdict verdict{};
    std::vector<std::string> reasons;  // invalid: why
    std::vector<Outcome> outcomes;
    std::vector<Growth> grown;  // at the largest thread count, beyond the noise; largest first
    int threads = 1;            // that one
};

/// Against the rules, and against `baseline` where there is one (then efficiency may fall by max_regression, or
/// kDefaultMaxRegression). Where more is measured until the answer is clear, it is looked at several times, and chance
/// has as many turns: `looks`, the most there can be, makes each as much surer (Bonferroni).
CheckResult check(const Figures& now, const Figures* baseline, const Rules& rules, int looks = 1);

/// What functions, locks and objects lose more than before at this thread count.
std::vector<Growth> find_growth(const Figures& now, const Figures& before, int threads);

}  // namespace ftscale::compare
