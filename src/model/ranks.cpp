// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/ranks.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ftscale::model {
namespace {

double choices(std::size_t of, std::size_t taken) {
    double ways = 1;
    for (std::size_t i = 1; i <= taken; ++i) ways *= static_cast<double>(of - taken + i) / static_cast<double>(i);
    return ways;
}

/// In how many of the orders of `few` and `many` values just u = 0, 1, ... pairs stand the wrong way round: the
/// coefficients of the product of (1 - q^(many + i)) / (1 - q^i) over i = 1 ... few (Andrews, The Theory of Partitions,
/// 1976, section 3.2).
std::vector<double> orders_by_wrong_pairs(std::size_t few, std::size_t many, std::size_t most) {
    std::vector<double> ways(most + 1, 0.0);
    ways[0] = 1;
    for (std::size_t i = 1; i <= few; ++i) {
        for (std::size_t u = most + 1; u-- > many + i;) ways[u] -= ways[u - many - i];
        for (std::size_t u = i; u <= most; ++u) ways[u] += ways[u - i];
    }
    return ways;
}

}  // namespace

double rank_sum_p(std::span<const double> lower, std::span<const double> others) {
    std::size_t wrong = 0;
    for (const double value : lower)
        wrong += static_cast<std::size_t>(
            std::count_if(others.begin(), others.end(), [&](double other) { return value >= other; }));
    // Half of all pairs is what chance makes of it; beyond, the answer is that nothing speaks against chance.
    if (2 * wrong >= lower.size() * others.size()) return 1;
    const std::size_t few = std::min(lower.size(), others.size()), many = std::max(lower.size(), others.size());
    double orders = 0;
    for (const double ways : orders_by_wrong_pairs(few, many, wrong)) orders += ways;
    return std::min(1.0, orders / choices(few + many, few));
}

double least_rank_sum_p(std::size_t count, std::size_t others) {
    return 1 / choices(count + others, std::min(count, others));
}

double sign_p(std::span<const double> values, double bound) {
    const auto reaching = static_cast<std::size_t>(
        std::count_if(values.begin(), values.end(), [&](double value) { return value >= bound; }));
    double ways = 0;
    for (std::size_t i = 0; i <= reaching; ++i) ways += choices(values.size(), i);
    return std::min(1.0, ways * least_sign_p(values.size()));
}

double least_sign_p(std::size_t count) { return std::ldexp(1.0, -static_cast<int>(count)); }

}  // namespace ftscale::model
