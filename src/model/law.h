// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The Universal Scalability Law, X(n) = n / (1 + sigma (n - 1) + kappa n (n - 1)), of which Amdahl's is the case kappa
// = 0 with sigma the serial fraction (Gunther 2007), fitted by least squares.
//
// The noise of times is a factor rather than a summand, and runs of one repeat share the machine's mood, another
// factor. So the logarithms of the times are fitted, with a free term for each repeat: what is left of the spread is
// the noise. With every repeat at every thread count (a balanced layout) the estimate depends on the mean logarithms
// alone.
#pragma once

#include <optional>

#include "model/scaling_curve.h"
#include "model/statistics.h"

namespace ftscale::model {

struct Law {
    double sigma = 0, kappa = 0;

    double denominator(double threads) const { return 1 + sigma * (threads - 1) + kappa * threads * (threads - 1); }
    double speedup_at(double threads) const { return threads / denominator(threads); }
};

/// Of the estimated coefficients, which are taken to be normal.
struct Covariance {
    double sigma_sigma = 0, sigma_kappa = 0, kappa_kappa = 0;
};

struct FittedLaw {
    Law law;                  // within its bounds: sigma, kappa >= 0
    bool is_clamped = false;  // least squares went beyond the bounds
    /// With all coefficients free, so wide rather than narrow where one is held at its bound; absent: nothing is left
    /// to judge the fit by.
    std::optional<Covariance> covariance;
    double degrees_of_freedom = 0;

    std::optional<Interval> sigma_ci95() const;
    std::optional<Interval> kappa_ci95() const;
    /// Of the speed-up's expectation at that many threads, run or not; by the delta method on its logarithm.
    std::optional<Interval> speedup_ci95(double threads) const;
};

enum class Coefficients { Sigma, SigmaAndKappa };

/// Needs a curve that there is no reason not to fit. Absent where a speed-up is too small to fit.
std::optional<FittedLaw> fit_law(const ScalingCurve& curve, Coefficients free);

}  // namespace ftscale::model
