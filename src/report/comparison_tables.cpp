// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/comparison_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/page.h"
#include "report/quantities.h"

namespace ftscale::report {
namespace {

using compare::Difference;
using compare::LossChange;
using compare::PointChange;

constexpr std::size_t kMostRows = 8;      // of functions, locks, objects
constexpr double kSmallestCores = 0.005;  // what would be printed as 0.00

std::string signed_cores(double cores) {
    const std::string text = cores_text(cores);
    return cores >= 0 && text != "0.00" ? "+" + text : text;
}

std::string star(bool is_clear) { return is_clear ? "*" : ""; }

bool is_visible(const LossChange& change) {
    return std::max(std::abs(change.before.cores), std::abs(change.after.cores)) >= kSmallestCores;
}

std::string name_of(const LossChange& change) {
    const std::string& place = change.after.place;
    return place.empty() ? change.after.name : change.after.name + " (" + place + ")";
}

std::vector<std::string> change_row(const LossChange& change) {
    return {name_of(change),
            cores_text(change.before.cores),
            cores_text(change.after.cores),
            signed_cores(change.cores()),
            cores_text(change.half_width95),
            star(change.is_clear)};
}

Table change_table(const std::string& title, const std::vector<LossChange>& changes, std::size_t most,
                   const Glyphs& glyphs) {
    Table table{title, "lrrrrl", {"", "A", "B", "change", glyphs.plus_minus, ""}, {}};
    for (const LossChange& change : changes)
        if (table.rows.size() < most && is_visible(change)) table.rows.push_back(change_row(change));
    return table;
}

Table curve_table(const Difference& difference, const Glyphs& glyphs) {
    Table table{"Speed-up", "rrrrrrrl", {"threads", "A time", "B time", "A", "B", "B / A", "95 %", ""}, {}};
    for (const PointChange& point : difference.points) {
        const bool is_baseline = &point == &difference.points.front();
        const auto& ci95 = point.ratio_ci95;
        table.rows.push_back({std::to_string(point.threads), seconds_text(point.time_before_s, glyphs),
                              seconds_text(point.time_after_s, glyphs), fmt::format("{:.2f}x", point.speedup_before),
                              fmt::format("{:.2f}x", point.speedup_after),
                              point.ratio && !is_baseline ? fmt::format("{:.2f}", *point.ratio) : "",
                              ci95 && !is_baseline ? fmt::format("{:.2f} to {:.2f}", ci95->first, ci95->second) : "",
                              star(point.is_clear && !is_baseline)});
    }
    return table;
}

/// The largest clear change for the worse (or for the better); null where there is none.
const LossChange* leading(const std::vector<LossChange>& changes, bool for_worse) {
    const LossChange* found = nullptr;
    for (const LossChange& change : changes) {
        if (!change.is_clear || (change.cores() > 0) != for_worse) continue;
        if (found == nullptr || std::abs(change.cores()) > std::abs(found->cores())) found = &change;
    }
    return found;
}

/// "; other programs disturbed the runs of A"; empty where they did not.
std::string disturbance_clause(const PointChange& point) {
    if (!point.is_before_disturbed && !point.is_after_disturbed) return {};
    const bool both = point.is_before_disturbed && point.is_after_disturbed;
    return fmt::format("; other programs disturbed the runs of {}: measure again on a quiet machine",
                       both                        ? "both"
                       : point.is_before_disturbed ? "A"
                                                   : "B");
}

std::string efficiency_clause(const PointChange& point) {
    if (!point.ratio_ci95)
        return fmt::format(
            "B's speed-up is {:.2f}x, A's {:.2f}x; with a single run of either nothing says how sure "
            "that is",
            point.speedup_after, point.speedup_before);
    const auto [low, high] = *point.ratio_ci95;
    if (!point.is_clear && (point.is_before_disturbed || point.is_after_disturbed))
        return fmt::format("whether B is as efficient as A cannot be told ({:.2f} of it; 95 %: {:.2f} to {:.2f})",
                           *point.ratio, low, high);
    if (!point.is_clear)
        return fmt::format(
            "B is as efficient as A, as far as the noise lets see ({:.2f} of it; 95 %: {:.2f} to {:.2f})", *point.ratio,
            low, high);
    const bool is_worse = *point.ratio < 1;
    const double nearer = is_worse ? 1 - high : low - 1, farther = is_worse ? 1 - low : high - 1;
    return fmt::format("B is {} {} efficient than A (95 %: {} to {})", percent_text(std::abs(*point.ratio - 1)),
                       is_worse ? "less" : "more", percent_text(nearer), percent_text(farther));
}

std::string cause_clause(const PointChange& point) {
    const bool is_worse = *point.ratio < 1;
    std::string text =
        fmt::format(": {} cores {} are lost", cores_text(std::abs(point.lost_after() - point.lost_before())),
                    is_worse ? "more" : "fewer");
    if (const LossChange* category = leading(point.categories, is_worse))
        text += fmt::format(", most by {} ({})", category->after.name, signed_cores(category->cores()));
    if (const LossChange* function = leading(point.functions, is_worse))
        text += fmt::format(", most in {} ({})", name_of(*function), signed_cores(function->cores()));
    return text;
}

}  // namespace

std::string comparison_sentence(const Difference& difference) {
    const PointChange& point = difference.points.back();
    std::string text = fmt::format("At {} {}", threads_text(point.threads), efficiency_clause(point));
    if (point.is_clear) text += cause_clause(point);
    return text + disturbance_clause(point) + ".";
}

std::string describe_figures(const compare::Figures& figures) {
    std::size_t repeats = 0;
    for (const compare::TimedPoint& point : figures.points) repeats = std::max(repeats, point.repeats_s.size());
    return fmt::format("{}, {}, {} CPU{}, {} repeat{}, {}", figures.command, figures.interpreter, figures.cpus,
                       figures.cpus == 1 ? "" : "s", repeats, repeats == 1 ? "" : "s", figures.created);
}

std::vector<Table> comparison_tables(const Difference& difference, const Glyphs& glyphs) {
    const PointChange& point = difference.points.back();
    const std::string at = " at " + threads_text(point.threads);
    std::vector<Table> tables = {curve_table(difference, glyphs),
                                 change_table("Lost cores" + at, point.categories, point.categories.size(), glyphs),
                                 change_table("Functions" + at, point.functions, kMostRows, glyphs),
                                 change_table("Locks" + at, point.locks, kMostRows, glyphs),
                                 change_table("Objects" + at, point.objects, kMostRows, glyphs)};
    std::erase_if(tables, [](const Table& table) { return table.rows.empty(); });
    return tables;
}

}  // namespace ftscale::report
