// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Whether a speed-up has changed. Times are positive and their noise is a factor rather than a summand, so all is done
// on logarithms: a difference of them is a ratio, and the interval of a ratio's inverse is the inverse interval.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "model/statistics.h"

namespace ftscale::model {

/// An estimated logarithm (natural).
struct LogEstimate {
    double mean = 0;
    double standard_error = 0;  // as the repeats say
    double degrees_of_freedom = 1;
    double least_error = 0;  // what the error is with any number of repeats

    double value() const;  // exp(mean)
    double error() const;  // the larger of both
    /// Two-sided, of the value; 0 < confidence < 1.
    Interval interval(double confidence) const;
    /// The one-sided p-values: how likely an estimate as small (as large) as this one is, were the value the bound.
    double p_below(double bound) const;
    double p_above(double bound) const;
};

/// The runs of one recording at its baseline's thread count and at another, in the order they were made.
struct TimedRuns {
    std::span<const double> single_s, times_s;

    std::size_t count() const;  // of the fewer
    double total_s() const;
};

/// How many of the runs decide: the fastest quarter, rounded up, and three at least (of two both): with fewer,
/// Student's distribution is too wide to tell anything. Whatever else a machine does makes runs slower, never faster,
/// so these say most of the script (Chen and Revels, "Robust benchmarking in noisy environments", 2016, use the
/// minimum, which has no standard error). What a script does in its slower runs alone is not seen.
std::size_t fastest_runs(std::size_t count);

/// No sweep is taken to tell a logarithmic speed-up better than this, however little its runs differ: from one sweep to
/// the next speed-ups change by something that the runs of one share and cannot show. Assumed, for any machine: a tenth
/// that is lost stays visible, and what shifts by a hundredth from sweep to sweep is no loss.
inline constexpr double kLeastSpeedupError = 0.01;

/// T(1)/T(n) from repeats, by the fastest of either; their errors are those of trimmed means (Tukey and McLaughlin,
/// Sankhya A 25, 1963; Yuen, Biometrika 61, 1974), larger where runs resemble those made just before them. Not in
/// pairs: moods of the machine that runs share are its slow ones. Absent for fewer than two of either, or times that
/// are not positive.
std::optional<LogEstimate> log_speedup(const TimedRuns& runs);

/// By how much the speed-up has changed. The same share of the runs decides in both, or what the slower runs are like
/// would show as a change: the fastest quarter, the faster half or, of kFewRuns and more, all, whichever gives the
/// narrowest interval (Jaeckel, Ann. Math. Statist. 42, 1971). Beside other programs that is the quarter; where noise
/// has two sides, all.
std::optional<LogEstimate> log_change(const TimedRuns& now, const TimedRuns& before);

/// The ratio of two independent estimates, with Welch-Satterthwaite degrees of freedom (Welch, Biometrika 34, 1947).
LogEstimate ratio_of(const LogEstimate& numerator, const LogEstimate& denominator);

/// With fewer runs than this an estimate's own error is not to be trusted: three runs of a script that is fast or slow
/// by chance may all be slow, and as slow. Then the order of all rounds has to tell, too (model/ranks.h).
inline constexpr std::size_t kFewRuns = 20;
/// How likely the rounds' speed-ups are so low by chance: against those of another recording, or against a bound for
/// the middle one. 0, as nothing is asked of them, where there are runs enough.
double rounds_p_below(const TimedRuns& now, const TimedRuns& before);
double rounds_p_below(const TimedRuns& now, double bound);

/// Holm's correction (Scand. J. Statist. 6, 1979): with p-values so adjusted, none of the true hypotheses is rejected
/// with more than the level's probability, however many there are. In the order given.
std::vector<double> holm_adjusted(std::span<const double> p_values);

/// How many repeats would tell a value from one that lies `distance` off at this one-sided level with this power, were
/// the noise as it was with `repeats` of them. At most 1000.
int repeats_to_tell(const LogEstimate& estimate, int repeats, double distance, double level, double power);

}  // namespace ftscale::model
