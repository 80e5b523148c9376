// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/fit.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace ftscale::model {

namespace {

bool is_usable(const CurvePoint& point) {
    return point.threads >= 1 && std::isfinite(point.speedup) && point.speedup > 0;
}

bool is_flat(const CurvePoint& point) { return std::abs(point.speedup - 1) <= kFlatSpeedup; }

}  // namespace

std::vector<CurvePoint> informative(std::span<const CurvePoint> points) {
    std::vector<CurvePoint> kept;
    std::copy_if(points.begin(), points.end(), std::back_inserter(kept),
                 [](const CurvePoint& p) { return p.threads > 1; });
    return kept;
}

std::size_t distinct_thread_counts(std::span<const CurvePoint> points) {
    std::set<int> counts;
    for (const CurvePoint& point : points) counts.insert(point.threads);
    return counts.size();
}

std::string reason_not_to_fit(std::span<const CurvePoint> points, std::size_t needed) {
    if (!std::all_of(points.begin(), points.end(), is_usable)) return "a speed-up is not a finite positive number";
    std::vector<CurvePoint> above_one = informative(points);
    std::size_t given = distinct_thread_counts(above_one);
    if (given < needed) {
        return "not enough points: " + std::to_string(needed) + " different thread counts above 1 needed, " +
               std::to_string(given) + " given";
    }
    if (std::all_of(above_one.begin(), above_one.end(), is_flat))
        return "flat curve: the thread count makes no difference";
    return {};
}

}  // namespace ftscale::model
