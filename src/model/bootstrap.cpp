// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace ftscale::model {
namespace {

constexpr std::size_t kResamples = 2000;
constexpr std::uint64_t kSeed = 1979;

/// A pair of times; of a single time the other is 1.
struct Pair {
    double numerator = 1, denominator = 1;
};

/// log(mean numerator / mean denominator), and its standard error by the delta method.
struct Estimate {
    double value = 0, error = 0;
};

Estimate estimate_of(std::span<const Pair> pairs) {
    const auto count = static_cast<double>(pairs.size());
    double above = 0, below = 0, squares = 0;
    for (const Pair& pair : pairs) {
        above += pair.numerator / count;
        below += pair.denominator / count;
    }
    for (const Pair& pair : pairs) {
        const double deviation = pair.numerator / above - pair.denominator / below;
        squares += deviation * deviation;
    }
    return {std::log(above / below), std::sqrt(squares / (count - 1) / count)};
}

bool all_positive(std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return value > 0 && std::isfinite(value); });
}

/// How many standard errors the estimates of resamples lie from the one they were drawn from, in order.
std::vector<double> resampled_distances(std::span<const Pair> pairs, const Estimate& estimate) {
    std::mt19937_64 random(kSeed);
    std::vector<double> distances;
    std::vector<Pair> drawn(pairs.size());
    for (std::size_t i = 0; i < kResamples; ++i) {
        for (Pair& pair : drawn) pair = pairs[random() % pairs.size()];
        const Estimate again = estimate_of(drawn);
        if (again.error > 0) distances.push_back((again.value - estimate.value) / again.error);
    }
    std::sort(distances.begin(), distances.end());
    return distances;
}

double at_share(const std::vector<double>& sorted, double share) {
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

std::optional<Interval> interval_of(std::span<const Pair> pairs) {
    const Estimate estimate = estimate_of(pairs);
    const double student = student_t95(static_cast<double>(pairs.size() - 1));
    Interval reach{-student, student};
    if (pairs.size() >= kEnoughToResample && estimate.error > 0) {
        const std::vector<double> distances = resampled_distances(pairs, estimate);
        if (distances.size() > kResamples / 2) reach = {at_share(distances, 0.025), at_share(distances, 0.975)};
    }
    const Interval interval{std::exp(estimate.value - reach.second * estimate.error),
                            std::exp(estimate.value - reach.first * estimate.error)};
    if (!std::isfinite(interval.second)) return std::nullopt;
    return interval;
}

}  // namespace

std::optional<Interval> time_ci95(std::span<const double> times_s) {
    if (times_s.size() < 2 || !all_positive(times_s)) return std::nullopt;
    std::vector<Pair> pairs;
    for (const double time_s : times_s) pairs.push_back({time_s, 1});
    return interval_of(pairs);
}

std::optional<Interval> speedup_ci95(std::span<const double> numerators_s, std::span<const double> denominators_s) {
    if (numerators_s.size() < 2 || denominators_s.size() < 2) return std::nullopt;
    if (!all_positive(numerators_s) || !all_positive(denominators_s)) return std::nullopt;
    if (numerators_s.size() != denominators_s.size()) return ratio_ci95(numerators_s, denominators_s);
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < numerators_s.size(); ++i) pairs.push_back({numerators_s[i], denominators_s[i]});
    return interval_of(pairs);
}

}  // namespace ftscale::model
