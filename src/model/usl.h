// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "model/fit.h"
#include "model/law.h"

namespace ftscale::model {

/// Where the speed-up is highest.
struct Peak {
    double threads = 1;  // sqrt((1 - sigma) / kappa), at least 1
    /// 95 %, where the fit has intervals. The upper end is absent where the points allow for a curve without a peak.
    std::optional<double> low, high;
};

struct UslFit {
    double sigma = 0;  // contention, >= 0
    double kappa = 0;  // coherency (crosstalk), >= 0
    std::optional<Interval> sigma_ci95,
        kappa_ci95;            // absent with only two thread counts above 1: nothing is left to judge the fit by
    std::optional<Peak> peak;  // absent: the speed-up grows with every thread
    bool clamped = false;      // a coefficient would have been negative and is held at 0
    FittedLaw law;
};

/// Universal Scalability Law: X(n) = n / (1 + sigma (n - 1) + kappa n (n - 1)); Gunther 2007. sigma, kappa >= 0. Needs
/// two different thread counts above 1 for a fit, three for intervals: through two, the law always passes exactly, and
/// however often they are run, they do not say whether it holds.
FitOutcome<UslFit> fit_usl(const ScalingCurve& curve);

}  // namespace ftscale::model
