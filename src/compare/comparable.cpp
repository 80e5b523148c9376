// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/comparable.h"

#include <fmt/format.h>

#include <algorithm>

namespace ftscale::compare {
namespace {

class Differences {
  public:
    void note(const char* what, const std::string& now, const std::string& before) {
        if (now != before) clauses_.push_back(fmt::format("{}: {} now, {} in the baseline", what, now, before));
    }
    std::vector<std::string> clauses() && { return std::move(clauses_); }

  private:
    std::vector<std::string> clauses_;
};

std::string region_text(const Figures& figures) { return figures.region.empty() ? "all" : figures.region; }

}  // namespace

std::vector<std::string> differing_conditions(const Figures& now, const Figures& before) {
    Differences differences;
    differences.note("CPUs", std::to_string(now.cpus), std::to_string(before.cpus));
    differences.note("interpreter", now.interpreter, before.interpreter);
    differences.note("GIL", now.gil_on ? "on" : "off", before.gil_on ? "on" : "off");
    return std::move(differences).clauses();
}

std::vector<std::string> differing_questions(const Figures& now, const Figures& before) {
    Differences differences;
    differences.note("scaling", now.scaling, before.scaling);
    differences.note("smallest thread count", std::to_string(now.baseline_threads),
                     std::to_string(before.baseline_threads));
    differences.note("region", region_text(now), region_text(before));
    return std::move(differences).clauses();
}

std::optional<model::TimedRuns> timed_runs(const Figures& figures, int threads) {
    const TimedPoint* single = figures.point_at(figures.baseline_threads);
    const TimedPoint* point = figures.point_at(threads);
    if (single == nullptr || point == nullptr) return std::nullopt;
    return model::TimedRuns{single->repeats_s, point->repeats_s};
}

std::optional<model::LogEstimate> speed_ratio(const Figures& figures, int threads) {
    const auto runs = timed_runs(figures, threads);
    return runs ? model::log_speedup(*runs) : std::nullopt;
}

std::optional<model::LogEstimate> speed_change(const Figures& now, const Figures& before, int threads) {
    const auto after = timed_runs(now, threads), old = timed_runs(before, threads);
    return after && old ? model::log_change(*after, *old) : std::nullopt;
}

double loss_degrees(const Figures& figures, int threads) {
    double degrees = 0;
    for (const int count : {figures.baseline_threads, threads})
        if (const TimedPoint* point = figures.point_at(count); point != nullptr && !point->repeats_s.empty())
            degrees += static_cast<double>(model::fastest_runs(point->repeats_s.size()) - 1);
    return std::max(1.0, degrees);
}

}  // namespace ftscale::compare
