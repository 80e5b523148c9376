// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Confidence intervals of times and of their ratios, from repeats. Times have a floor and a long tail, so their mean is
// not normal; with enough repeats the bootstrap says how far it is from that: bootstrap-t (Efron and Tibshirani, An
// Introduction to the Bootstrap, 1993, section 12.5), on logarithms. With few, resamples repeat themselves, and
// Student's t is the better answer. Seeded: the same repeats give the same interval.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "model/statistics.h"

namespace ftscale::model {

inline constexpr std::size_t kEnoughToResample = 8;

/// 95 % interval of the mean time; absent for fewer than two repeats, or a time that is not positive.
std::optional<Interval> time_ci95(std::span<const double> times_s);

/// 95 % interval of mean(numerators) / mean(denominators), the speed-up T(1)/T(n) from repeats. Repeats made in turn
/// share the machine's moods: as many of both are taken in pairs, in their order, and pairs are resampled; else the two
/// are taken to be independent (ratio_ci95). Absent for fewer than two of either, or a time that is not positive.
std::optional<Interval> speedup_ci95(std::span<const double> numerators_s, std::span<const double> denominators_s);

}  // namespace ftscale::model
