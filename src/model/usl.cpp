// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/usl.h"

#include <algorithm>
#include <cmath>

namespace ftscale::model {
namespace {

constexpr std::size_t kNeededThreadCounts = 2;
constexpr std::size_t kNeededForIntervals = 3;
constexpr double kNoKappa = 1e-9;  // a peak beyond 30,000 threads is none

double at_least_one(double squared_threads) { return std::sqrt(std::max(1.0, squared_threads)); }

/// The thread counts N for which 1 - sigma - kappa N^2, which is 0 at the peak, does not differ from 0 beyond its
/// error: Fieller's method (J. R. Statist. Soc. B 16, 1954), which stays right where kappa may be 0. A quadratic
/// inequality in N^2.
void add_interval(const FittedLaw& fit, Peak& peak) {
    if (!fit.covariance) return;
    const Covariance& c = *fit.covariance;
    const double t = student_t95(fit.degrees_of_freedom), left = 1 - fit.law.sigma, kappa = fit.law.kappa;
    const double square = kappa * kappa - t * t * c.kappa_kappa;
    const double half_linear = left * kappa + t * t * c.sigma_kappa;
    const double constant = left * left - t * t * c.sigma_sigma;
    const double discriminant = half_linear * half_linear - square * constant;
    if (discriminant < 0) {  // no thread count differs from the peak
        peak.low = 1;
        return;
    }
    const double root = std::sqrt(discriminant);
    if (square > 0) {
        peak.low = at_least_one((half_linear - root) / square);
        peak.high = at_least_one((half_linear + root) / square);
        return;
    }
    // Beyond the larger root, and below the smaller one where that is any thread count.
    const double smaller = (half_linear + root) / square, larger = (half_linear - root) / square;
    peak.low = smaller >= 1 ? 1 : at_least_one(larger);
}

std::optional<Peak> peak_of(const FittedLaw& fit) {
    const auto [sigma, kappa] = fit.law;
    if (sigma >= 1) return Peak{1, {}, {}};
    if (kappa <= kNoKappa) return std::nullopt;
    return Peak{at_least_one((1 - sigma) / kappa), {}, {}};
}

}  // namespace

FitOutcome<UslFit> fit_usl(const ScalingCurve& curve) {
    if (std::string reason = reason_not_to_fit(curve, kNeededThreadCounts); !reason.empty()) return {{}, reason};
    std::optional<FittedLaw> law = fit_law(curve, Coefficients::SigmaAndKappa);
    if (!law) return {{}, "a speed-up is too small to fit"};
    if (curve.count_above_one() < kNeededForIntervals) law->covariance.reset();

    UslFit fit;
    fit.sigma = law->law.sigma;
    fit.kappa = law->law.kappa;
    fit.clamped = law->is_clamped;
    fit.sigma_ci95 = law->sigma_ci95();
    fit.kappa_ci95 = law->kappa_ci95();
    fit.peak = peak_of(*law);
    if (fit.peak) add_interval(*law, *fit.peak);
    fit.law = *law;
    return {fit, {}};
}

}  // namespace ftscale::model
