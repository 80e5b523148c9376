// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The model room: pure functions on numbers, standard library only. What the numbers given cannot answer is absent,
// never 0 or NaN: an interval needs at least two values, a fit says why it refuses (fit.h).
#pragma once

#include <optional>
#include <span>
#include <utility>

namespace ftscale::model {

using Interval = std::pair<double, double>;  // low, high

/// 0 for no values.
double mean(std::span<const double> values);
/// The middle value, or the mean of the two middle ones; 0 for no values.
double median(std::span<const double> values);
/// With n - 1 in the denominator; absent for fewer than two values.
std::optional<double> sample_standard_deviation(std::span<const double> values);

/// The t with P(|T| <= t) = probability (two-sided) for Student's distribution with this many degrees of freedom, which
/// may be fractional. Relative error below 1e-6. Needs 0 < probability < 1 and degrees_of_freedom > 0; else NaN.
double student_t_quantile(double probability, double degrees_of_freedom);
/// P(T > t), one-sided, for Student's distribution; t may be negative. NaN for no degrees of freedom.
double student_t_tail(double t, double degrees_of_freedom);
/// The two-sided 95 % quantile.
double student_t95(double degrees_of_freedom);

/// 95 % confidence interval of the mean (Student's t); absent for fewer than two values.
std::optional<Interval> mean_ci95(std::span<const double> values);

/// 95 % confidence interval of mean(numerators) / mean(denominators), the two sampled independently: the speed-up
/// T(1)/T(n) from repeats. Absent where either side has fewer than two values or a mean that is not positive.
std::optional<Interval> ratio_ci95(std::span<const double> numerators, std::span<const double> denominators);

}  // namespace ftscale::model
