// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/quantities.h"
#include "report/sections.h"

namespace ftscale::report {
namespace {

using analysis::ControlPoint;
using analysis::Interval;
using analysis::Point;
using analysis::RegionResult;

constexpr double kNearlyAll = 0.95;      // of the ideal: as good as it
constexpr double kVisiblyFaster = 1.05;  // smaller ratios are not worth words

const Point* point_at(const RegionResult& region, int threads) {
    for (const Point& point : region.points)
        if (point.threads == threads) return &point;
    return nullptr;
}

bool overlap(const std::optional<Interval>& a, const std::optional<Interval>& b) {
    return a && b && a->first <= b->second && b->first <= a->second;
}

/// What n processes that share nothing reach is the machine's own limit; how far the threads stay behind it is not.
std::string processes_clause(const Point& threads, const ControlPoint& processes) {
    const int n = threads.threads;
    const double reached = *processes.speedup;
    const bool are_faster = reached >= kVisiblyFaster * threads.speedup;
    if (!are_faster && threads.speedup >= kNearlyAll * n)
        return fmt::format("{} processes do no better ({:.2f}x): nothing is lost in the interpreter", n, reached);
    if (!are_faster)
        return fmt::format(
            "{} processes do no better ({:.2f}x): the limit is the machine (memory bandwidth, clock, noise), not the "
            "interpreter",
            n, reached);
    const bool is_certain = !overlap(threads.speedup_ci95, processes.speedup_ci95);
    const char* doubt = is_certain ? "" : " (roughly: the intervals overlap)";
    if (reached >= kNearlyAll * n)
        return fmt::format(
            "{} processes reach {:.2f}x{}: the machine could, the threads lose in the interpreter or the script", n,
            reached, doubt);
    return fmt::format(
        "{} processes reach {:.2f}x{}: {} of the lost cores are the machine's (memory bandwidth, clock, noise), {} the "
        "interpreter's or the script's",
        n, reached, doubt, cores_text(n - reached), cores_text(reached - threads.speedup));
}

std::string gil_clause(const Point& threads, const ControlPoint& gil) {
    const double gain = threads.speedup / *gil.speedup;
    std::string text = fmt::format("with the GIL on {} {} {:.2f}x", threads_text(threads.threads),
                                   threads.threads == 1 ? "reaches" : "reach", *gil.speedup);
    if (gain >= kVisiblyFaster) return text + fmt::format(": going without it gains {:.2g}x", gain);
    if (gain > 1 / kVisiblyFaster) return text + ": going without it gains nothing";
    return text + fmt::format(", more than without it ({:.2f}x)", threads.speedup);
}

bool is_rated(const ControlPoint* point) { return point != nullptr && point->speedup.value_or(0) > 0; }

}  // namespace

const ControlPoint* find_control(const RegionResult& region, const std::string& name, int threads) {
    for (const analysis::Control& control : region.controls) {
        if (control.name != name) continue;
        for (const ControlPoint& point : control.points)
            if (point.threads == threads) return &point;
    }
    return nullptr;
}

std::string control_sentence(const RegionResult& region) {
    const Point* threads = region.runs.empty() ? nullptr : point_at(region, region.runs.back().threads);
    if (threads == nullptr || threads->speedup <= 0) return {};
    std::string text;
    const ControlPoint* processes = find_control(region, recording::kProcessesControl, threads->threads);
    if (is_rated(processes) && threads->threads > 1) text = processes_clause(*threads, *processes);
    const ControlPoint* gil = find_control(region, recording::kGilControl, threads->threads);
    if (is_rated(gil)) text += (text.empty() ? "" : "; ") + gil_clause(*threads, *gil);
    if (text.empty()) return {};
    if (text.front() == 'w') text.front() = 'W';
    return text + ".";
}

}  // namespace ftscale::report
