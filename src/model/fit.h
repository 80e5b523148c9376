// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What all scaling fits share: the points they take and the reasons they refuse. Too few points is an answer, not a
// fit.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ftscale::model {

/// A point of the curve. Several points may have the same thread count (one per repeat). The speed-up is over one
/// thread, strong or weak scaling alike; one thread has a speed-up of 1 by definition, so points at one thread say
/// nothing and may be left out.
struct CurvePoint {
    int threads = 1;
    double speedup = 1;
};

/// A fit, or why there is none.
template <typename Fit>
struct FitOutcome {
    std::optional<Fit> fit;
    std::string reason;  // one clause for the reader ("not enough points: ..."); empty when there is a fit
};

/// A curve is flat when every speed-up is within this of 1: thread count makes no difference, and there is nothing to
/// fit.
inline constexpr double kFlatSpeedup = 0.02;

/// Points with more than one thread: those that carry information.
std::vector<CurvePoint> informative(std::span<const CurvePoint> points);
/// How many different thread counts there are among the points.
std::size_t distinct_thread_counts(std::span<const CurvePoint> points);
/// Empty when a fit can be tried: all points finite and positive, `needed` different thread counts above 1, and not
/// flat.
std::string reason_not_to_fit(std::span<const CurvePoint> points, std::size_t needed);

}  // namespace ftscale::model
