// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What scaling laws are fitted to: the times of repeats, each of which ran every thread count once, in turn, and so in
// one mood of the machine.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ftscale::model {

struct ScalingCurve {
    std::vector<int> threads;                    // ascending, each once
    std::vector<std::vector<double>> repeats_s;  // by repeat, then by thread count: the time of a unit of work

    std::size_t count_above_one() const;
    /// By thread count: the mean over the repeats of the logarithm of the time.
    std::vector<double> mean_logarithms() const;
};

/// Speed-ups of a single repeat, by thread count; that of one thread is 1.
ScalingCurve curve_of_speedups(std::vector<int> threads, const std::vector<double>& speedups);

/// A curve is flat when every speed-up is within this of 1: the thread count makes no difference, and there is nothing
/// to fit.
inline constexpr double kFlatSpeedup = 0.02;

/// Why a law cannot be fitted, one clause for the reader; empty when it can be tried: one thread is among the thread
/// counts, `needed` others are, all times are finite and positive, and the curve is not flat.
std::string reason_not_to_fit(const ScalingCurve& curve, std::size_t needed);

}  // namespace ftscale::model
