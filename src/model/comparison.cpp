// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numbers>
#include <numeric>
#include <utility>

#include "model/ranks.h"

namespace ftscale::model {
namespace {

constexpr int kMostRepeats = 1000;

std::vector<double> logarithms(std::span<const double> values) {
    std::vector<double> logs;
    for (const double value : values) logs.push_back(std::log(value));
    return logs;
}

/// By how much neighbours in a series make its mean less sure than as many independent values would: for a process
/// that remembers the value before (Bartlett, J. R. Statist. Soc. B 8, 1946). 1 where that may be chance.
double inflation_by_neighbours(std::span<const double> series) {
    constexpr std::size_t kFewest = 10;  // fewer values do not show it
    constexpr double kNormal90 = 1.64;   // the correlation of independent values has an error of 1 / sqrt(count)
    constexpr double kMostCorrelation = 0.9;
    if (series.size() < kFewest) return 1;
    const double centre = mean(series);
    double variance = 0, covariance = 0;
    for (std::size_t i = 0; i < series.size(); ++i) {
        variance += (series[i] - centre) * (series[i] - centre);
        if (i > 0) covariance += (series[i] - centre) * (series[i - 1] - centre);
    }
    if (variance <= 0) return 1;
    const double correlation = std::min(kMostCorrelation, covariance / variance);
    if (correlation < kNormal90 / std::sqrt(static_cast<double>(series.size()))) return 1;
    return (1 + correlation) / (1 - correlation);
}

/// The mean of the `kept` fastest runs' logarithms. Its error is that of a trimmed mean: from the spread of all, those
/// that are left out taken to be as slow as the slowest that is kept (winsorised).
LogEstimate trimmed_mean(std::vector<double> logs, std::size_t kept) {
    std::vector<double> sorted = logs;
    std::sort(sorted.begin(), sorted.end());
    const double centre = mean(std::span<const double>(sorted).first(kept));
    for (double& log : logs) log = std::min(log, sorted[kept - 1]);
    const double deviation = *sample_standard_deviation(logs), inflation = inflation_by_neighbours(logs);
    const auto count = static_cast<double>(logs.size()), left = static_cast<double>(kept);
    return {centre, deviation * std::sqrt(inflation * (count - 1) / (left * (left - 1))),
            std::max(1.0, left / inflation - 1)};
}

bool all_positive(std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return value > 0 && std::isfinite(value); });
}

bool can_be_compared(const TimedRuns& runs) {
    return runs.count() >= 2 && all_positive(runs.single_s) && all_positive(runs.times_s);
}

/// How many are kept: of fewer runs the same share.
using Share = std::function<std::size_t(std::size_t count)>;

LogEstimate speedup_by(const TimedRuns& runs, const Share& kept) {
    return ratio_of(trimmed_mean(logarithms(runs.single_s), kept(runs.single_s.size())),
                    trimmed_mean(logarithms(runs.times_s), kept(runs.times_s.size())));
}

LogEstimate with_least_error(LogEstimate estimate, double least) {
    estimate.least_error = least;
    return estimate;
}

double half_width95(const LogEstimate& estimate) {
    return student_t95(estimate.degrees_of_freedom) * estimate.standard_error;
}

/// A quarter of the runs, as that is of the recording that has fewer (three at least), half, and all where there are
/// enough: of few runs all may well lie close together by chance.
std::vector<Share> shares_of(std::size_t fewer) {
    const std::size_t decide = fastest_runs(fewer);
    const auto quarter = [=](std::size_t count) { return (count * decide + fewer - 1) / fewer; };
    std::vector<Share> shares{quarter, [=](std::size_t count) { return std::max(quarter(count), (count + 1) / 2); }};
    if (fewer >= kFewRuns) shares.emplace_back([](std::size_t count) { return count; });
    return shares;
}

std::vector<double> speedups_by_round(const TimedRuns& runs) {
    std::vector<double> speedups;
    for (std::size_t i = 0; i < runs.count(); ++i) speedups.push_back(runs.single_s[i] / runs.times_s[i]);
    return speedups;
}

}  // namespace

std::size_t TimedRuns::count() const { return std::min(single_s.size(), times_s.size()); }

double TimedRuns::total_s() const {
    return std::accumulate(single_s.begin(), single_s.end(), 0.0) +
           std::accumulate(times_s.begin(), times_s.end(), 0.0);
}

std::size_t fastest_runs(std::size_t count) { return std::max(std::min<std::size_t>(count, 3), (count + 3) / 4); }

double LogEstimate::value() const { return std::exp(mean); }

double LogEstimate::error() const { return std::max(standard_error, least_error); }

Interval LogEstimate::interval(double confidence) const {
    const double half = error() > 0 ? student_t_quantile(confidence, degrees_of_freedom) * error() : 0;
    return {std::exp(mean - half), std::exp(mean + half)};
}

double LogEstimate::p_below(double bound) const {
    const double distance = mean - std::log(bound);
    if (error() <= 0) return distance < 0 ? 0 : 1;
    return student_t_tail(-distance / error(), degrees_of_freedom);
}

double LogEstimate::p_above(double bound) const {
    const double distance = mean - std::log(bound);
    if (error() <= 0) return distance > 0 ? 0 : 1;
    return student_t_tail(distance / error(), degrees_of_freedom);
}

std::optional<LogEstimate> log_speedup(const TimedRuns& runs) {
    if (!can_be_compared(runs)) return std::nullopt;
    return with_least_error(speedup_by(runs, fastest_runs), kLeastSpeedupError);
}

std::optional<LogEstimate> log_change(const TimedRuns& now, const TimedRuns& before) {
    if (!can_be_compared(now) || !can_be_compared(before)) return std::nullopt;
    std::optional<LogEstimate> narrowest;
    for (const Share& share : shares_of(std::min(now.count(), before.count()))) {
        const LogEstimate change = ratio_of(speedup_by(now, share), speedup_by(before, share));
        if (!narrowest || half_width95(change) < half_width95(*narrowest)) narrowest = change;
    }
    return with_least_error(*narrowest, std::numbers::sqrt2 * kLeastSpeedupError);
}

double rounds_p_below(const TimedRuns& now, const TimedRuns& before) {
    if (std::min(now.count(), before.count()) >= kFewRuns) return 0;
    return rank_sum_p(speedups_by_round(now), speedups_by_round(before));
}

double rounds_p_below(const TimedRuns& now, double bound) {
    return now.count() >= kFewRuns ? 0 : sign_p(speedups_by_round(now), bound);
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

int repeats_to_tell(const LogEstimate& estimate, int repeats, double distance, double level, double power) {
    const double spread = estimate.standard_error * std::sqrt(static_cast<double>(repeats));  // of one repeat
    const auto deciding = [](int count) { return static_cast<double>(fastest_runs(static_cast<std::size_t>(count))); };
    const auto tells = [&](int count) {
        const double degrees =
            estimate.degrees_of_freedom * (deciding(count) - 1) / (deciding(std::max(2, repeats)) - 1);
        const double error = std::max(estimate.least_error, spread / std::sqrt(static_cast<double>(count)));
        // Quantiles are two-sided.
        const double needed = student_t_quantile(1 - 2 * level, degrees) + student_t_quantile(2 * power - 1, degrees);
        return needed * error <= distance;
    };
    int fewer = 1, enough = kMostRepeats;  // more tell more
    while (enough - fewer > 1) {
        const int middle = std::midpoint(fewer, enough);
        (tells(middle) ? enough : fewer) = middle;
    }
    return enough;
}

}  // namespace ftscale::model
