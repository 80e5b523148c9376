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
    double standard_error = 0;
    double degrees_of_freedom = 1;

    double value() const;  // exp(mean)
    /// Two-sided, of the value; 0 < confidence < 1.
    Interval interval(double confidence) const;
    /// The one-sided p-values: how likely an estimate as small (as large) as this one is, were the value the bound.
    double p_below(double bound) const;
    double p_above(double bound) const;
};

/// How many of the runs decide: the fastest quarter, rounded up, and three at least (of two both): with fewer,
/// Student's distribution is too wide to tell anything. Whatever else a machine does makes runs slower, never faster,
/// so these say most of the script (Chen and Revels, "Robust benchmarking in noisy environments", 2016, use the
/// minimum, which has no standard error). What a script does in its slower runs alone is not seen.
std::size_t fastest_runs(std::size_t count);

/// T(1)/T(n) from repeats, by the fastest of either; their errors are those of trimmed means (Tukey and McLaughlin,
/// Sankhya A 25, 1963; Yuen, Biometrika 61, 1974). Not in pairs: moods of the machine that runs share are its slow
/// ones. Absent for fewer than two of either, or times that are not positive.
std::optional<LogEstimate> log_speedup(std::span<const double> single_s, std::span<const double> times_s);

/// The ratio of two independent estimates, with Welch-Satterthwaite degrees of freedom (Welch, Biometrika 34, 1947).
LogEstimate ratio_of(const LogEstimate& numerator, const LogEstimate& denominator);

/// Holm's correction (Scand. J. Statist. 6, 1979): with p-values so adjusted, none of the true hypotheses is rejected
/// with more than the level's probability, however many there are. In the order given.
std::vector<double> holm_adjusted(std::span<const double> p_values);

/// How many repeats on either side would tell a change by the factor `1 - effect` from none at this one-sided level
/// with this power, were the noise as it was with `repeats` of them. At most 1000.
int repeats_to_tell(const LogEstimate& change, int repeats, double effect, double level, double power);

}  // namespace ftscale::model
