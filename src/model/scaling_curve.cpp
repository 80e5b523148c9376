// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/scaling_curve.h"

#include <algorithm>
#include <cmath>

namespace ftscale::model {
namespace {

bool is_usable(double time_s) { return std::isfinite(time_s) && time_s > 0; }

bool is_well_formed(const ScalingCurve& curve) {
    const auto& threads = curve.threads;
    return std::adjacent_find(threads.begin(), threads.end(), [](int a, int b) { return a >= b; }) == threads.end() &&
           std::all_of(curve.repeats_s.begin(), curve.repeats_s.end(),
                       [&](const auto& repeat) { return repeat.size() == threads.size(); });
}

bool all_usable(const ScalingCurve& curve) {
    return std::all_of(curve.repeats_s.begin(), curve.repeats_s.end(),
                       [](const auto& repeat) { return std::all_of(repeat.begin(), repeat.end(), is_usable); });
}

bool is_flat(const ScalingCurve& curve) {
    const std::vector<double> logs = curve.mean_logarithms();
    return std::all_of(logs.begin(), logs.end(),
                       [&](double log) { return std::abs(std::expm1(logs.front() - log)) <= kFlatSpeedup; });
}

}  // namespace

std::size_t ScalingCurve::count_above_one() const {
    return static_cast<std::size_t>(std::count_if(threads.begin(), threads.end(), [](int n) { return n > 1; }));
}

std::vector<double> ScalingCurve::mean_logarithms() const {
    std::vector<double> means(threads.size(), 0.0);
    for (const std::vector<double>& repeat : repeats_s)
        for (std::size_t i = 0; i < means.size(); ++i)
            means[i] += std::log(repeat[i]) / static_cast<double>(repeats_s.size());
    return means;
}

ScalingCurve curve_of_speedups(std::vector<int> threads, const std::vector<double>& speedups) {
    std::vector<double> times;
    for (const double speedup : speedups) times.push_back(1 / speedup);
    return {std::move(threads), {std::move(times)}};
}

std::string reason_not_to_fit(const ScalingCurve& curve, std::size_t needed) {
    if (!is_well_formed(curve)) return "the repeats do not have the same thread counts";
    const std::size_t given = curve.repeats_s.empty() ? 0 : curve.count_above_one();
    if (given < needed || curve.threads.front() != 1)
        return "not enough points: one thread and " + std::to_string(needed) + " other thread counts are needed, " +
               (given == 0 ? "none" : std::to_string(given)) + (given == 1 ? " is there" : " are there");
    if (!all_usable(curve)) return "a time is not a finite positive number";
    if (is_flat(curve)) return "the curve is flat: the thread count makes no difference";
    return {};
}

}  // namespace ftscale::model
