// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>

#include "model/fit.h"
#include "model/statistics.h"

namespace ftscale::model {

struct UslFit {
    double sigma = 0;  // contention, >= 0
    double kappa = 0;  // coherency (crosstalk), >= 0
    std::optional<Interval> sigma_ci95,
        kappa_ci95;  // absent with only two thread counts above 1: nothing is left to judge the fit by
    std::optional<double>
        peak_threads;      // thread count of the highest speed-up, sqrt((1 - sigma) / kappa); absent: no peak
    bool clamped = false;  // a coefficient would have been negative and is held at 0
    double speedup_at(double threads) const;
};

/// Universal Scalability Law: X(n) = n / (1 + sigma (n - 1) + kappa n (n - 1)); Gunther 2007. Least squares on the
/// speed-ups with sigma, kappa >= 0. Needs two different thread counts above 1 for a fit, three for intervals.
FitOutcome<UslFit> fit_usl(std::span<const CurvePoint> points);

}  // namespace ftscale::model
