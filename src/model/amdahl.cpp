// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/amdahl.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ftscale::model {

namespace {

constexpr std::size_t kNeededThreadCounts = 2;

/// T(n)/T(1) - 1/n = s (1 - 1/n): a line through the origin.
struct LinePoint {
    double x, y;
};

std::vector<LinePoint> linearise(std::span<const CurvePoint> points) {
    std::vector<LinePoint> line;
    for (const CurvePoint& point : points) {
        double ideal = 1.0 / point.threads;
        line.push_back({1 - ideal, 1 / point.speedup - ideal});
    }
    return line;
}

double clamp_fraction(double value) { return std::clamp(value, 0.0, 1.0); }

}  // namespace

FitOutcome<AmdahlFit> fit_amdahl(std::span<const CurvePoint> points) {
    if (std::string reason = reason_not_to_fit(points, kNeededThreadCounts); !reason.empty()) return {{}, reason};
    std::vector<LinePoint> line = linearise(informative(points));
    double xx = 0, xy = 0, squares = 0;
    for (const auto& [x, y] : line) {
        xx += x * x;
        xy += x * y;
    }
    double slope = xy / xx;
    for (const auto& [x, y] : line) squares += (y - slope * x) * (y - slope * x);
    double degrees = static_cast<double>(line.size() - 1);
    double half = student_t95(degrees) * std::sqrt(squares / degrees / xx);
    if (!std::isfinite(slope) || !std::isfinite(half)) return {{}, "a speed-up is too small to fit"};

    constexpr double kRounding = 1e-12;
    AmdahlFit fit;
    fit.serial_fraction = clamp_fraction(slope);
    fit.ci95 = {clamp_fraction(slope - half), clamp_fraction(slope + half)};
    fit.clamped = std::abs(slope - fit.serial_fraction) > kRounding;
    return {fit, {}};
}

}  // namespace ftscale::model
