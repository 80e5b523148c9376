// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/calibration.h"

#include <map>
#include <utility>
#include <vector>

#include "analysis/runs.h"
#include "model/statistics.h"

namespace ftscale::analysis {
namespace {

using recording::Run;

/// From exec to its end: all that there is without the probe.
double wall_s(const Run& run) { return 1e-9 * static_cast<double>(run.ended_ns - run.started_ns); }

bool can_be_compared(const Run& run) {
    return succeeded(run) && !run.warmup && run.control.empty() && run.ended_ns > run.started_ns;
}

/// With the probe / without it, pair by pair, by thread count.
std::map<int, std::vector<double>> ratios_by_count(const std::vector<Run>& runs) {
    std::map<std::pair<int, int>, const Run*> twins;  // by threads and repeat
    for (const Run& run : runs)
        if (can_be_compared(run) && !run.has_probe) twins[{run.threads, run.repeat}] = &run;
    std::map<int, std::vector<double>> ratios;
    for (const Run& run : runs) {
        const auto twin = twins.find({run.threads, run.repeat});
        if (can_be_compared(run) && run.has_probe && twin != twins.end())
            ratios[run.threads].push_back(wall_s(run) / wall_s(*twin->second));
    }
    return ratios;
}

/// S = T(1)/T(n), with the probe and without it: the change is ratio(1)/ratio(n) - 1.
void add_speedup_change(const CalibrationPoint& baseline, CalibrationPoint& point) {
    point.speedup_change = baseline.time_ratio / point.time_ratio - 1;
    if (const auto ratio = model::ratio_ci95(baseline.time_ratios, point.time_ratios))
        point.speedup_change_ci95 = Interval{ratio->first - 1, ratio->second - 1};
}

}  // namespace

std::optional<Calibration> calibrate(const recording::Manifest& manifest) {
    Calibration calibration;
    std::vector<double> all;
    for (auto& [threads, ratios] : ratios_by_count(manifest.runs)) {
        all.insert(all.end(), ratios.begin(), ratios.end());
        CalibrationPoint point;
        point.threads = threads;
        point.time_ratio = model::mean(ratios);
        point.time_ratio_ci95 = model::mean_ci95(ratios);
        point.time_ratios = std::move(ratios);
        if (!calibration.points.empty()) add_speedup_change(calibration.points.front(), point);
        calibration.points.push_back(std::move(point));
    }
    if (all.empty()) return std::nullopt;
    calibration.time_ratio = model::mean(all);
    calibration.time_ratio_ci95 = model::mean_ci95(all);
    calibration.pairs = all.size();
    return calibration;
}

}  // namespace ftscale::analysis
