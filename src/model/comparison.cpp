// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

namespace ftscale::model {
namespace {

constexpr int kMostRepeats = 1000;

std::vector<double> logarithms(std::span<const double> values) {
    std::vector<double> logs;
    for (const double value : values) logs.push_back(std::log(value));
    return logs;
}

/// The mean of the fastest runs' logarithms. Its error is that of a trimmed mean: from the spread of all, those that
/// are left out taken to be as slow as the slowest that is kept (winsorised).
LogEstimate estimate_of(std::vector<double> logs) {
    std::sort(logs.begin(), logs.end());
    const std::size_t kept = fastest_runs(logs.size());
    const double centre = mean(std::span<const double>(logs).first(kept));
    std::fill(logs.begin() + static_cast<std::ptrdiff_t>(kept), logs.end(), logs[kept - 1]);
    const double deviation = *sample_standard_deviation(logs);
    const auto count = static_cast<double>(logs.size()), left = static_cast<double>(kept);
    return {centre, deviation * std::sqrt((count - 1) / (left * (left - 1))), left - 1};
}

bool all_positive(std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return value > 0 && std::isfinite(value); });
}

}  // namespace

std::size_t fastest_runs(std::size_t count) { return std::max(std::min<std::size_t>(count, 3), (count + 3) / 4); }

double LogEstimate::value() const { return std::exp(mean); }

Interval LogEstimate::interval(double confidence) const {
    const double half = standard_error > 0 ? student_t_quantile(confidence, degrees_of_freedom) * standard_error : 0;
    return {std::exp(mean - half), std::exp(mean + half)};
}

double LogEstimate::p_below(double bound) const {
    const double distance = mean - std::log(bound);
    if (standard_error <= 0) return distance < 0 ? 0 : 1;
    return student_t_tail(-distance / standard_error, degrees_of_freedom);
}

double LogEstimate::p_above(double bound) const {
    const double distance = mean - std::log(bound);
    if (standard_error <= 0) return distance > 0 ? 0 : 1;
    return student_t_tail(distance / standard_error, degrees_of_freedom);
}

std::optional<LogEstimate> log_speedup(std::span<const double> single_s, std::span<const double> times_s) {
    if (single_s.size() < 2 || times_s.size() < 2 || !all_positive(single_s) || !all_positive(times_s))
        return std::nullopt;
    return ratio_of(estimate_of(logarithms(single_s)), estimate_of(logarithms(times_s)));
}

LogEstimate ratio_of(const LogEstimate& numerator, const LogEstimate& denominator) {
    const double above = numerator.standard_error * numerator.standard_error;
    const double below = denominator.standard_error * denominator.standard_error;
    const double variance = above + below;
    const double degrees =
        variance > 0
            ? variance * variance /
                  (above * above / numerator.degrees_of_freedom + below * below / denominator.degrees_of_freedom)
            : numerator.degrees_of_freedom + denominator.degrees_of_freedom;
    return {numerator.mean - denominator.mean, std::sqrt(variance), degrees};
}

std::vector<double> holm_adjusted(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
    std::vector<double> adjusted(p_values.size());
    double largest = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const auto left = static_cast<double>(order.size() - rank);
        largest = std::max(largest, std::min(1.0, left * p_values[order[rank]]));
        adjusted[order[rank]] = largest;
    }
    return adjusted;
}

int repeats_to_tell(const LogEstimate& change, int repeats, double effect, double level, double power) {
    const double distance = -std::log1p(-effect);
    const double spread = change.standard_error * std::sqrt(static_cast<double>(repeats));  // of one repeat of both
    for (int count = 2; count < kMostRepeats; ++count) {
        const double degrees = change.degrees_of_freedom * (count - 1) / std::max(1, repeats - 1);
        // Quantiles are two-sided.
        const double needed = student_t_quantile(1 - 2 * level, degrees) + student_t_quantile(2 * power - 1, degrees);
        if (needed * spread / std::sqrt(static_cast<double>(count)) <= distance) return count;
    }
    return kMostRepeats;
}

}  // namespace ftscale::model
