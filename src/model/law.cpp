// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/law.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace ftscale::model {
namespace {

/// Which coefficients may move; the others stay at 0.
struct Free {
    bool sigma = true, kappa = true;
};

/// Log speed-ups, of which only the differences count.
struct LogCurve {
    std::vector<double> threads;
    std::vector<double> speedups;  // centred
};

/// Symmetric 2 x 2 system of the normal equations, one row and column per coefficient.
struct NormalEquations {
    double ss = 0, sk = 0, kk = 0;  // sums of products of derivatives
    double s = 0, k = 0;            // sums of derivative times residual

    double determinant() const { return ss * kk - sk * sk; }
};

void centre(std::vector<double>& values) {
    const double middle = mean(values);
    for (double& value : values) value -= middle;
}

double sum_of_products(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

LogCurve log_curve(const ScalingCurve& curve) {
    LogCurve logs{{curve.threads.begin(), curve.threads.end()}, curve.mean_logarithms()};
    for (double& value : logs.speedups) value = -value;
    centre(logs.speedups);
    return logs;
}

/// Empty where the law has a pole between the points.
std::vector<double> residuals(const LogCurve& curve, Law law) {
    std::vector<double> left;
    for (const double n : curve.threads) {
        const double below = law.denominator(n);
        if (!(below > 0) || !std::isfinite(below)) return {};
        left.push_back(std::log(n / below));
    }
    centre(left);
    for (std::size_t i = 0; i < left.size(); ++i) left[i] = curve.speedups[i] - left[i];
    return left;
}

/// Infinite where the law has a pole: no minimum is looked for there.
double squared_error(const LogCurve& curve, Law law) {
    const std::vector<double> left = residuals(curve, law);
    return left.empty() ? std::numeric_limits<double>::infinity() : sum_of_products(left, left);
}

NormalEquations equations_at(const LogCurve& curve, Law law) {
    std::vector<double> by_sigma, by_kappa;
    for (const double n : curve.threads) {
        const double below = law.denominator(n);
        by_sigma.push_back(-(n - 1) / below);
        by_kappa.push_back(-n * (n - 1) / below);
    }
    centre(by_sigma);
    centre(by_kappa);
    const std::vector<double> left = residuals(curve, law);
    return {sum_of_products(by_sigma, by_sigma), sum_of_products(by_sigma, by_kappa),
            sum_of_products(by_kappa, by_kappa), sum_of_products(by_sigma, left), sum_of_products(by_kappa, left)};
}

Law solve(const NormalEquations& e, Free free) {
    if (!free.sigma) return {0, free.kappa && e.kk > 0 ? e.k / e.kk : 0};
    if (!free.kappa) return {e.ss > 0 ? e.s / e.ss : 0, 0};
    const double determinant = e.determinant();
    return {(e.s * e.kk - e.k * e.sk) / determinant, (e.k * e.ss - e.s * e.sk) / determinant};
}

/// n/X - 1 = sigma (n - 1) + kappa n (n - 1) is linear in the coefficients: exact without noise, and a start close by
/// with it. X is taken over the first thread count, which is 1.
Law linearised(const LogCurve& curve, Free free) {
    NormalEquations equations;
    for (std::size_t i = 0; i < curve.threads.size(); ++i) {
        const double n = curve.threads[i], by_sigma = n - 1, by_kappa = n * (n - 1);
        const double weight = std::exp(2 * (curve.speedups[i] - curve.speedups.front())) / (n * n);
        const double value = n * std::exp(curve.speedups.front() - curve.speedups[i]) - 1;
        equations.ss += weight * by_sigma * by_sigma;
        equations.sk += weight * by_sigma * by_kappa;
        equations.kk += weight * by_kappa * by_kappa;
        equations.s += weight * by_sigma * value;
        equations.k += weight * by_kappa * value;
    }
    return solve(equations, free);
}

/// Gauss-Newton with Levenberg's damping: a step that does not lower the error is shortened.
Law minimise_from(const LogCurve& curve, Free free, Law best) {
    constexpr int kMaxSteps = 200;
    double error = squared_error(curve, best), damping = 0;
    if (!std::isfinite(error)) return best;
    for (int step = 0; step < kMaxSteps && damping < 1e12; ++step) {
        NormalEquations equations = equations_at(curve, best);
        equations.ss *= 1 + damping;
        equations.kk *= 1 + damping;
        const Law change = solve(equations, free);
        const Law next{best.sigma + change.sigma, best.kappa + change.kappa};
        const double next_error = squared_error(curve, next);
        if (!(next_error < error)) {
            damping = damping > 0 ? damping * 10 : 1e-4;
            continue;
        }
        const bool converged = error - next_error <= 1e-15 * error;
        best = next;
        error = next_error;
        damping /= 10;
        if (converged) break;
    }
    return best;
}

/// The sum of squares may have more than one valley where the points follow no law.
Law minimise(const LogCurve& curve, Free free) {
    constexpr std::array<Law, 4> kStarts{Law{0, 0}, {0.1, 0.001}, {0.5, 0.05}, {2, 0.5}};
    Law best = minimise_from(curve, free, linearised(curve, free));
    double error = squared_error(curve, best);
    for (const Law start : kStarts) {
        const Law found = minimise_from(curve, free, {free.sigma ? start.sigma : 0, free.kappa ? start.kappa : 0});
        const double found_error = squared_error(curve, found);
        if (found_error < error) {
            best = found;
            error = found_error;
        }
    }
    return best;
}

/// Rounding may leave a 0 just below 0.
bool is_feasible(Law law) {
    constexpr double kRounding = 1e-9;
    return law.sigma >= -kRounding && law.kappa >= -kRounding;
}

/// With two bounds the minimum is inside or on an edge: where it is not inside, the edges are tried in turn and the
/// better one wins.
Law minimise_on_edges(const LogCurve& curve, Coefficients free) {
    Law best;
    for (const Free edge : {Free{true, false}, Free{false, true}}) {
        if (edge.kappa && free == Coefficients::Sigma) continue;
        const Law candidate = minimise(curve, edge);
        if (is_feasible(candidate) && squared_error(curve, candidate) < squared_error(curve, best)) best = candidate;
    }
    return best;
}

/// Sum of squares about the law with the best term for each repeat.
double residual_sum(const ScalingCurve& curve, Law law) {
    double sum = 0;
    for (const std::vector<double>& repeat : curve.repeats_s) {
        std::vector<double> left;
        for (std::size_t i = 0; i < repeat.size(); ++i)
            left.push_back(std::log(repeat[i]) + std::log(law.speedup_at(curve.threads[i])));
        centre(left);
        sum += sum_of_products(left, left);
    }
    return sum;
}

/// s^2 (J'J)^-1, J'J of all repeats being as many times that of one.
std::optional<Covariance> covariance_of(const NormalEquations& one, double repeats, double variance,
                                        Coefficients free) {
    const bool is_single = free == Coefficients::Sigma;
    const double below = repeats * (is_single ? one.ss : one.determinant());
    const Covariance result =
        is_single ? Covariance{variance / below, 0, 0}
                  : Covariance{variance * one.kk / below, -variance * one.sk / below, variance * one.ss / below};
    const bool is_sound = std::isfinite(result.sigma_sigma) && std::isfinite(result.kappa_kappa);
    return is_sound ? std::optional(result) : std::nullopt;
}

Interval around(double value, double variance, double degrees) {
    const double half = student_t95(degrees) * std::sqrt(std::max(0.0, variance));
    return {std::max(0.0, value - half), std::max(0.0, value + half)};
}

}  // namespace

std::optional<Interval> FittedLaw::sigma_ci95() const {
    if (!covariance) return std::nullopt;
    return around(law.sigma, covariance->sigma_sigma, degrees_of_freedom);
}

std::optional<Interval> FittedLaw::kappa_ci95() const {
    if (!covariance) return std::nullopt;
    return around(law.kappa, covariance->kappa_kappa, degrees_of_freedom);
}

std::optional<Interval> FittedLaw::speedup_ci95(double threads) const {
    if (!covariance) return std::nullopt;
    const double below = law.denominator(threads);
    const double by_sigma = (threads - 1) / below, by_kappa = threads * (threads - 1) / below;
    const double variance = by_sigma * by_sigma * covariance->sigma_sigma +
                            2 * by_sigma * by_kappa * covariance->sigma_kappa +
                            by_kappa * by_kappa * covariance->kappa_kappa;
    const double factor = std::exp(student_t95(degrees_of_freedom) * std::sqrt(std::max(0.0, variance)));
    const double speedup = law.speedup_at(threads);
    if (!std::isfinite(speedup * factor)) return std::nullopt;
    return Interval{speedup / factor, speedup * factor};
}

std::optional<FittedLaw> fit_law(const ScalingCurve& curve, Coefficients free) {
    const LogCurve logs = log_curve(curve);
    const bool has_kappa = free == Coefficients::SigmaAndKappa;
    Law best = minimise(logs, {true, has_kappa});
    FittedLaw fit;
    fit.is_clamped = !is_feasible(best);
    if (fit.is_clamped) best = minimise_on_edges(logs, free);
    if (!std::isfinite(best.sigma) || !std::isfinite(best.kappa) || !std::isfinite(squared_error(logs, best)))
        return std::nullopt;
    fit.law = {std::max(0.0, best.sigma), std::max(0.0, best.kappa)};
    const auto repeats = static_cast<double>(curve.repeats_s.size());
    fit.degrees_of_freedom = repeats * static_cast<double>(curve.threads.size() - 1) - (has_kappa ? 2 : 1);
    if (fit.degrees_of_freedom > 0)
        fit.covariance = covariance_of(equations_at(logs, fit.law), repeats,
                                       residual_sum(curve, fit.law) / fit.degrees_of_freedom, free);
    return fit;
}

}  // namespace ftscale::model
