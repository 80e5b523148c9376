// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace ftscale::model {

namespace {

/// Continued fraction of the incomplete beta function, DLMF 8.17.22, evaluated by the modified Lentz method
/// (Thompson & Barnett, J. Comput. Phys. 64, 1986). Converges fast for x < (a + 1) / (a + b + 2).
double beta_continued_fraction(double a, double b, double x) {
    constexpr double kTiny = 1e-300;   // stands in for a denominator of 0, as Lentz's method wants
    constexpr int kMaxTerms = 100000;  // grows with sqrt(max(a, b)); a bound, not an aim
    auto away_from_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
    double c = 1;
    double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
    double result = d;
    for (int m = 1; m <= kMaxTerms; ++m) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        result *= c * d;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        result *= c * d;
        if (std::abs(c * d - 1) < 1e-15) break;
    }
    return result;
}

/// Regularised incomplete beta function I_x(a, b), with y = 1 - x given apart so that neither end loses digits.
/// DLMF 8.17.4 for the symmetry.
double incomplete_beta(double a, double b, double x, double y) {
    if (x <= 0) return 0;
    if (y <= 0) return 1;
    double log_front = std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log(y);
    double front = std::exp(log_front);
    if (x < (a + 1) / (a + b + 2)) return front * beta_continued_fraction(a, b, x) / a;
    return 1 - front * beta_continued_fraction(b, a, y) / b;
}

/// P(|T| > t) = I_x(v/2, 1/2) with x = v / (v + t^2): Abramowitz & Stegun 26.7.1 with 26.5.27.
double two_sided_tail(double t, double degrees_of_freedom) {
    double v = degrees_of_freedom;
    return incomplete_beta(v / 2, 0.5, v / (v + t * t), t * t / (v + t * t));
}

/// Squared standard error of the mean.
double mean_variance(std::span<const double> values) {
    double deviation = *sample_standard_deviation(values);
    return deviation * deviation / static_cast<double>(values.size());
}

double degrees_of(std::span<const double> values) { return static_cast<double>(values.size() - 1); }

}  // namespace

double mean(std::span<const double> values) {
    if (values.empty()) return 0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median(std::span<const double> values) {
    if (values.empty()) return 0;
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    std::size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : std::midpoint(sorted[middle - 1], sorted[middle]);
}

std::optional<double> sample_standard_deviation(std::span<const double> values) {
    if (values.size() < 2) return std::nullopt;
    double centre = mean(values);
    double squares = 0;
    for (double value : values) squares += (value - centre) * (value - centre);
    return std::sqrt(squares / degrees_of(values));
}

double student_t_quantile(double probability, double degrees_of_freedom) {
    if (!(probability > 0 && probability < 1 && degrees_of_freedom > 0))
        return std::numeric_limits<double>::quiet_NaN();
    // Beyond, lgamma's cancellation costs more digits than the difference to the normal distribution (1e-7) is worth.
    degrees_of_freedom = std::min(degrees_of_freedom, 1e7);
    double tail = 1 - probability;
    double low = 0;
    double high = 1;
    while (two_sided_tail(high, degrees_of_freedom) > tail && high < 1e150) high *= 2;
    // Plain bisection: the tail falls monotonically, and a quantile is asked for a few times per report.
    while (high - low > 1e-13 * high) {
        double middle = std::midpoint(low, high);
        if (middle <= low || middle >= high) break;
        (two_sided_tail(middle, degrees_of_freedom) > tail ? low : high) = middle;
    }
    return std::midpoint(low, high);
}

double student_t_tail(double t, double degrees_of_freedom) {
    if (!(degrees_of_freedom > 0) || std::isnan(t)) return std::numeric_limits<double>::quiet_NaN();
    const double beyond = two_sided_tail(std::abs(t), std::min(degrees_of_freedom, 1e7)) / 2;
    return t >= 0 ? beyond : 1 - beyond;
}

double student_t95(double degrees_of_freedom) { return student_t_quantile(0.95, degrees_of_freedom); }

std::optional<Interval> mean_ci95(std::span<const double> values) {
    if (values.size() < 2) return std::nullopt;
    double half = student_t95(degrees_of(values)) * std::sqrt(mean_variance(values));
    double centre = mean(values);
    if (!std::isfinite(centre) || !std::isfinite(half)) return std::nullopt;
    return Interval{centre - half, centre + half};
}

// Delta method on the logarithm: var(log a/b) = var(a)/a^2 + var(b)/b^2, with Welch-Satterthwaite degrees of freedom.
// Preferred to Fieller's because two or three repeats are the usual case: Fieller's set is unbounded as soon as t *
// s.e. reaches the denominator (t = 12.7 with two repeats), while this one is always a positive, finite interval, and
// the one of the inverse ratio is its inverse. At the relative errors of timings (a few per cent) the two agree to
// second order.
std::optional<Interval> ratio_ci95(std::span<const double> numerators, std::span<const double> denominators) {
    if (numerators.size() < 2 || denominators.size() < 2) return std::nullopt;
    double above = mean(numerators);
    double below = mean(denominators);
    if (!(above > 0 && below > 0)) return std::nullopt;
    double ratio = above / below;
    double above_variance = mean_variance(numerators) / (above * above);
    double below_variance = mean_variance(denominators) / (below * below);
    double variance = above_variance + below_variance;
    if (!std::isfinite(ratio) || !std::isfinite(variance)) return std::nullopt;
    if (variance <= 0) return Interval{ratio, ratio};
    double above_share = above_variance / variance;
    double below_share = below_variance / variance;
    double degrees =
        1 / (above_share * above_share / degrees_of(numerators) + below_share * below_share / degrees_of(denominators));
    double factor = std::exp(student_t95(degrees) * std::sqrt(variance));
    if (!std::isfinite(ratio * factor)) return std::nullopt;
    return Interval{ratio / factor, ratio * factor};
}

}  // namespace ftscale::model
