// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>

#include "model/fit.h"
#include "model/statistics.h"

namespace ftscale::model {

struct AmdahlFit {
    double serial_fraction = 0;  // 0 to 1
    Interval ci95;               // within 0 to 1
    bool clamped =
        false;  // least squares went below 0 (superlinear) or above 1 (slower than one thread): the law does not hold
};

/// Amdahl's law: T(n)/T(1) = s + (1 - s)/n; Amdahl 1967. Least squares on the time ratios, interval by Student's t.
/// Needs two different thread counts above 1: through one, the law always passes exactly (that is the Karp-Flatt
/// metric, not a fit).
FitOutcome<AmdahlFit> fit_amdahl(std::span<const CurvePoint> points);

}  // namespace ftscale::model
