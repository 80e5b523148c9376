// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/controls.h"

#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "model/bootstrap.h"
#include "model/statistics.h"

namespace ftscale::analysis {
namespace {

using recording::Run;
using recording::RunTrace;

/// Seconds of the region; nothing where the run failed or has none of it.
std::optional<double> region_s(const Run& run, const RunTrace* trace, const RegionChoice& choice) {
    if (trace == nullptr || !succeeded(run)) return std::nullopt;
    const auto length_ns = region_of(*trace, run, choice).length_ns();
    return length_ns > 0 ? std::optional(1e-9 * static_cast<double>(length_ns)) : std::nullopt;
}

/// Control, threads, repeat.
using Together = std::tuple<std::string, int, int>;

/// For each repeat of each control how long its runs took; absent where one has no figure.
std::map<Together, std::optional<std::vector<double>>> times_together(const recording::Recording& recording,
                                                                      const RegionChoice& choice) {
    std::map<int, const RunTrace*> traces;
    for (const RunTrace& trace : recording.runs) traces.emplace(trace.run, &trace);
    std::map<Together, std::optional<std::vector<double>>> times;
    for (const Run& run : recording.manifest.runs) {
        if (run.control.empty() || run.threads < 1) continue;
        const auto trace = traces.find(run.id);
        const auto seconds = region_s(run, trace == traces.end() ? nullptr : trace->second, choice);
        auto& together = times.try_emplace({run.control, run.threads, run.repeat}, std::vector<double>()).first->second;
        if (!seconds) together.reset();
        if (together) together->push_back(*seconds);
    }
    return times;
}

bool is_complete(const Together& key, const std::vector<double>& times) {
    const auto& [control, threads, repeat] = key;
    const bool are_processes = control == recording::kProcessesControl;
    return times.size() == static_cast<std::size_t>(are_processes ? threads : 1);
}

/// Each of n processes does what the 1-thread run did, whether the script's work is fixed in all or per thread: n T(1)
/// / T(n) is how much more the machine gets done in the same time. With the GIL on the threads do what they do without
/// it, and the curve's own scale holds: that of `ordinary`, the point at the same count.
std::optional<double> speedup_scale(const std::string& control, const Point& baseline, const Point* ordinary,
                                    int threads) {
    if (control == recording::kProcessesControl)
        return baseline.threads == 1 ? std::optional<double>(threads) : std::nullopt;
    if (ordinary == nullptr || baseline.wall_s <= 0) return std::nullopt;
    return ordinary->speedup * ordinary->wall_s / baseline.wall_s;
}

const Point* point_at(const std::vector<Point>& points, int threads) {
    for (const Point& point : points)
        if (point.threads == threads) return &point;
    return nullptr;
}

void rate(const std::string& control, const std::vector<Point>& points, ControlPoint& point) {
    if (points.empty()) return;
    const Point& baseline = points.front();
    const auto scale = speedup_scale(control, baseline, point_at(points, point.threads), point.threads);
    if (!scale) return;
    point.speedup = *scale * baseline.wall_s / point.wall_s;
    if (const auto ratio = model::speedup_ci95(baseline.repeats_s, point.repeats_s))
        point.speedup_ci95 = Interval{*scale * ratio->first, *scale * ratio->second};
}

}  // namespace

std::vector<Control> measure_controls(const recording::Recording& recording, const RegionChoice& choice,
                                      const std::vector<Point>& points) {
    std::map<std::string, std::map<int, ControlPoint>> measured;
    for (const auto& [key, times] : times_together(recording, choice))
        if (times && is_complete(key, *times))
            measured[std::get<0>(key)][std::get<1>(key)].repeats_s.push_back(model::mean(*times));
    std::vector<Control> controls;
    for (auto& [name, by_threads] : measured) {
        Control control{name, {}};
        for (auto& [threads, point] : by_threads) {
            point.threads = threads;
            point.wall_s = model::mean(point.repeats_s);
            point.ci95_s = model::time_ci95(point.repeats_s);
            rate(name, points, point);
            control.points.push_back(std::move(point));
        }
        controls.push_back(std::move(control));
    }
    return controls;
}

}  // namespace ftscale::analysis
