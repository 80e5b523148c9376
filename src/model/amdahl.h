// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "model/fit.h"
#include "model/law.h"

namespace ftscale::model {

struct AmdahlFit {
    double serial_fraction = 0;    // 0 to 1
    std::optional<Interval> ci95;  // within 0 to 1
    bool clamped =
        false;  // least squares went below 0 (superlinear) or above 1 (slower than one thread): the law does not hold
    FittedLaw law;
};

/// Amdahl's law: T(n)/T(1) = s + (1 - s)/n; Amdahl 1967. Needs two different thread counts above 1: through one, the
/// law always passes exactly (that is the Karp-Flatt metric, not a fit).
FitOutcome<AmdahlFit> fit_amdahl(const ScalingCurve& curve);

}  // namespace ftscale::model
