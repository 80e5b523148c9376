// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/usl.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace ftscale::model {

namespace {

constexpr std::size_t kNeededThreadCounts = 2;
constexpr std::size_t kNeededForIntervals = 3;
constexpr double kNoKappa = 1e-9;  // a peak beyond 30,000 threads is none

struct Coefficients {
    double sigma = 0, kappa = 0;
};

/// Which coefficients may move; the others stay at 0.
struct Free {
    bool sigma = true, kappa = true;
};

/// Symmetric 2 x 2 system of the normal equations, one row and column per coefficient.
struct NormalEquations {
    double ss = 0, sk = 0, kk = 0;  // sum of products of derivatives
    double s = 0, k = 0;            // sum of derivative times residual

    void add(double by_sigma, double by_kappa, double residual) {
        ss += by_sigma * by_sigma;
        sk += by_sigma * by_kappa;
        kk += by_kappa * by_kappa;
        s += by_sigma * residual;
        k += by_kappa * residual;
    }
    double determinant() const { return ss * kk - sk * sk; }
};

double denominator(Coefficients c, double n) { return 1 + c.sigma * (n - 1) + c.kappa * n * (n - 1); }

/// Infinite where the law has a pole: no minimum is looked for there.
double squared_error(std::span<const CurvePoint> points, Coefficients c) {
    double sum = 0;
    for (const CurvePoint& point : points) {
        double below = denominator(c, point.threads);
        if (!(below > 0)) return std::numeric_limits<double>::infinity();
        double residual = point.speedup - point.threads / below;
        sum += residual * residual;
    }
    return sum;
}

NormalEquations equations_at(std::span<const CurvePoint> points, Coefficients c) {
    NormalEquations equations;
    for (const CurvePoint& point : points) {
        double n = point.threads;
        double below = denominator(c, n);
        double slope = -n / (below * below);  // dX / d denominator
        equations.add(slope * (n - 1), slope * n * (n - 1), point.speedup - n / below);
    }
    return equations;
}

Coefficients solve(const NormalEquations& e, Free free) {
    if (!free.sigma) return {0, free.kappa && e.kk > 0 ? e.k / e.kk : 0};
    if (!free.kappa) return {e.ss > 0 ? e.s / e.ss : 0, 0};
    double determinant = e.determinant();
    return {(e.s * e.kk - e.k * e.sk) / determinant, (e.k * e.ss - e.s * e.sk) / determinant};
}

/// n/X - 1 = sigma (n - 1) + kappa n (n - 1) is linear in the coefficients: exact without noise, and a start close by
/// with it.
Coefficients linearised(std::span<const CurvePoint> points, Free free) {
    NormalEquations equations;
    for (const CurvePoint& point : points) {
        double n = point.threads;
        equations.add(n - 1, n * (n - 1), n / point.speedup - 1);
    }
    Coefficients start = solve(equations, free);
    return std::isfinite(squared_error(points, start)) ? start : Coefficients{};
}

/// Gauss-Newton with Levenberg's damping: a step that does not lower the error is shortened.
Coefficients minimise(std::span<const CurvePoint> points, Free free) {
    constexpr int kMaxSteps = 200;
    Coefficients best = linearised(points, free);
    double error = squared_error(points, best);
    double damping = 0;
    for (int step = 0; step < kMaxSteps && damping < 1e12; ++step) {
        NormalEquations equations = equations_at(points, best);
        equations.ss *= 1 + damping;
        equations.kk *= 1 + damping;
        Coefficients change = solve(equations, free);
        Coefficients next{best.sigma + change.sigma, best.kappa + change.kappa};
        double next_error = squared_error(points, next);
        if (!(next_error < error)) {
            damping = damping > 0 ? damping * 10 : 1e-4;
            continue;
        }
        bool converged = error - next_error <= 1e-15 * error;
        best = next;
        error = next_error;
        damping /= 10;
        if (converged) break;
    }
    return best;
}

/// Rounding may leave a 0 just below 0.
bool is_feasible(Coefficients c) {
    constexpr double kRounding = 1e-12;
    return c.sigma >= -kRounding && c.kappa >= -kRounding;
}

/// With two bounds the minimum is inside or on an edge: where it is not inside, the edges are tried in turn and the
/// better one wins.
Coefficients minimise_on_edges(std::span<const CurvePoint> points) {
    Coefficients best;
    for (Free edge : {Free{true, false}, Free{false, true}}) {
        Coefficients candidate = minimise(points, edge);
        if (is_feasible(candidate) && squared_error(points, candidate) < squared_error(points, best)) best = candidate;
    }
    return best;
}

std::optional<double> peak_of(Coefficients c) {
    if (c.sigma >= 1) return 1;
    if (c.kappa <= kNoKappa) return std::nullopt;
    return std::max(1.0, std::sqrt((1 - c.sigma) / c.kappa));
}

/// Estimate +- t s.e., from s^2 (J'J)^-1 with both coefficients free, cut off at 0. Wide rather than narrow where one
/// is held at 0.
void add_intervals(UslFit& fit, std::span<const CurvePoint> points) {
    Coefficients c{fit.sigma, fit.kappa};
    NormalEquations equations = equations_at(points, c);
    double degrees = static_cast<double>(points.size()) - 2;
    double variance = squared_error(points, c) / degrees / equations.determinant();
    double t = student_t95(degrees);
    double sigma_half = t * std::sqrt(variance * equations.kk);
    double kappa_half = t * std::sqrt(variance * equations.ss);
    if (!std::isfinite(sigma_half) || !std::isfinite(kappa_half)) return;
    fit.sigma_ci95 = Interval{std::max(0.0, fit.sigma - sigma_half), fit.sigma + sigma_half};
    fit.kappa_ci95 = Interval{std::max(0.0, fit.kappa - kappa_half), fit.kappa + kappa_half};
}

}  // namespace

double UslFit::speedup_at(double threads) const { return threads / denominator({sigma, kappa}, threads); }

FitOutcome<UslFit> fit_usl(std::span<const CurvePoint> points) {
    if (std::string reason = reason_not_to_fit(points, kNeededThreadCounts); !reason.empty()) return {{}, reason};
    std::vector<CurvePoint> above_one = informative(points);
    Coefficients best = minimise(above_one, {true, true});
    bool inside = is_feasible(best);
    if (!inside) best = minimise_on_edges(above_one);
    if (!std::isfinite(best.sigma) || !std::isfinite(best.kappa)) return {{}, "a speed-up is too small to fit"};

    UslFit fit;
    fit.sigma = std::max(0.0, best.sigma);
    fit.kappa = std::max(0.0, best.kappa);
    fit.clamped = !inside;
    fit.peak_threads = peak_of(best);
    if (distinct_thread_counts(above_one) >= kNeededForIntervals) add_intervals(fit, above_one);
    return {fit, {}};
}

}  // namespace ftscale::model
