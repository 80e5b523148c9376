// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "report/place_rows.h"
#include "report/quantities.h"
#include "report/sections.h"

namespace ftscale::report {
namespace {

using analysis::CollectionRow;
using analysis::LockSide;
using analysis::Pause;

constexpr std::size_t kMostPauses = 5;

double cores_of(double seconds, const RunResult& run) {
    return run.capacity_s > 0 ? run.threads * seconds / run.capacity_s : 0;
}

/// "130"; a mean over the repeats may be less than one: "0.3".
std::string count_of(double count) {
    return count > 0 && count < 0.95 ? fmt::format("{:.1f}", count)
                                     : count_text(static_cast<std::uint64_t>(std::llround(count)));
}

/// "130 stops", "1 stop"
std::string number_of(double count, const char* what) {
    const std::string text = count_of(count);
    return fmt::format("{} {}{}", text, what, text == "1" ? "" : "s");
}

void write_pause(const Pause& pause, const RunResult& run, Page& page) {
    const Glyphs& glyphs = page.glyphs();
    write_row_head(cores_text(cores_of(pause.stopped_s, run)), account::stop_reason_name(pause.reason),
                   number_of(pause.stops, "stop") + ", longest " + seconds_text(pause.longest_s, glyphs), page);
    write_place_rows("asked by", {{pause.requester, pause.pause_s}}, page);
    write_labelled_row("stopped",
                       fmt::format("{:.1f} threads a stop; all that was waited", pause.stopped_threads / pause.stops),
                       pause.stopped_s, page);
    if (pause.stragglers.empty()) return;
    write_labelled_row("to stop", "until the last one had; longest " + seconds_text(pause.longest_to_stop_s, glyphs),
                       pause.to_stop_s, page);
    std::vector<PlaceTime> stragglers;
    for (const LockSide& side : pause.stragglers) stragglers.push_back({side.place, side.wait_s});
    write_place_rows("waited for", stragglers, page);
}

/// How many of the pauses, which stand largest first, are worth a place on the page.
std::size_t visible_pauses(const RunResult& run) {
    std::size_t visible = 0;
    while (visible < std::min(run.pauses.size(), kMostPauses) &&
           cores_of(run.pauses[visible].stopped_s, run) >= kSmallestCores)
        ++visible;
    return visible;
}

void write_rest(const RunResult& run, std::size_t visible, Page& page) {
    double stops = 0, stopped_s = 0;
    for (std::size_t i = visible; i < run.pauses.size(); ++i) {
        stops += run.pauses[i].stops;
        stopped_s += run.pauses[i].stopped_s;
    }
    if (visible > 0 && stopped_s > 0)
        page.line(fmt::format("        for smaller reasons, {} in all: {} of the threads' time",
                              number_of(stops, "stop"), seconds_text(stopped_s, page.glyphs())));
}

/// All of a run's, with the places that triggered them.
CollectionRow sum_of(const std::vector<CollectionRow>& rows) {
    CollectionRow sum;
    for (const CollectionRow& row : rows) {
        sum.count += row.count;
        sum.total_s += row.total_s;
        sum.longest_s = std::max(sum.longest_s, row.longest_s);
        sum.collected += row.collected;
        for (const auto& [generation, count] : row.by_generation) sum.by_generation[generation] += count;
    }
    return sum;
}

/// "30 of generation 0, 1 of generation 2"
std::string generations_text(const CollectionRow& row) {
    std::vector<std::string> parts;
    for (const auto& [generation, count] : row.by_generation)
        parts.push_back(fmt::format("{} of generation {}", count_of(count), generation));
    return fmt::format("{}", fmt::join(parts, ", "));
}

void write_collections(const CollectionRow& sum, const RunResult& run, Page& page) {
    write_row_head(cores_text(cores_of(sum.total_s, run)), "collecting",
                   number_of(sum.count, "collection") + ", longest " + seconds_text(sum.longest_s, page.glyphs()),
                   page);
    std::vector<PlaceTime> triggers;
    for (const CollectionRow& row : run.collections) triggers.push_back({row.trigger, row.total_s});
    write_place_rows("triggered", triggers, page);
    page.paragraph(std::string(20, ' '), generations_text(sum) + "; freed " + number_of(sum.collected, "object"));
}

}  // namespace

void write_pauses(const Analysis& analysis, Page& page) {
    const RunResult* run = explained_run(analysis);
    if (run == nullptr) return;
    const std::size_t visible = visible_pauses(*run);
    const CollectionRow collections = sum_of(run->collections);
    const bool collects_visibly = cores_of(collections.total_s, *run) >= kSmallestCores;
    if (visible == 0 && !collects_visibly) return;
    page.heading("STOP-THE-WORLD AND COLLECTIONS",
                 fmt::format("in cores at {}; times are sums of a run", threads_text(run->threads)));
    for (std::size_t i = 0; i < visible; ++i) write_pause(run->pauses[i], *run, page);
    write_rest(*run, visible, page);
    if (collects_visibly) write_collections(collections, *run, page);
}

}  // namespace ftscale::report
