// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/place_rows.h"
#include "report/quantities.h"
#include "report/sections.h"

namespace ftscale::report {
namespace {

using analysis::Object;
using analysis::ObjectSite;

constexpr std::size_t kMostObjects = 5;
constexpr double kVisibleShare = 0.02;  // of all that is lost: smaller rows are noise

std::uint64_t whole_count(double count) { return static_cast<std::uint64_t>(std::llround(count)); }

/// "Settings instance", "function load", "12 list objects"
std::string name_of(const Object& object) {
    const std::string type = object.type.empty() ? "unknown" : object.type;
    if (const std::uint64_t count = whole_count(object.count); count > 1)
        return fmt::format("{} {} objects{}{}", count_text(count), type, object.name.empty() ? "" : " named ",
                           object.name);
    return object.name.empty() ? type + " instance" : type + " " + object.name;
}

/// What the table ranks by: lost cores, or, where there is nothing to compare with, cores used.
double cores_of(const Object& object, const RunResult& run, bool losses) {
    return losses ? object.lost_cores : run.threads * object.refcount_s / run.capacity_s;
}

/// How many of the objects, which stand largest first, are worth a place on the page.
std::size_t visible_objects(const RunResult& run, bool losses) {
    if (run.capacity_s <= 0) return 0;
    const double lost = losses ? run.threads * run.loss_s / run.capacity_s : 0;
    const double smallest = std::max(kSmallestCores, kVisibleShare * lost);
    std::size_t visible = 0;
    while (visible < std::min(run.objects.size(), kMostObjects) &&
           cores_of(run.objects[visible], run, losses) >= smallest)
        ++visible;
    return visible;
}

void write_object(const Object& object, bool losses, Page& page) {
    write_row_head(losses ? cores_text(object.lost_cores) : "", name_of(object),
                   seconds_text(object.refcount_s, page.glyphs()), page);
    std::vector<PlaceTime> places;
    for (const ObjectSite& site : object.sites) places.push_back({site.place, site.refcount_s});
    write_place_rows("counted", places, page);
}

void write_rest(const RunResult& run, std::size_t visible, Page& page) {
    double seconds = 0, count = 0;
    for (std::size_t i = visible; i < run.objects.size(); ++i) {
        seconds += run.objects[i].refcount_s;
        count += run.objects[i].count;
    }
    if (const std::uint64_t whole = whole_count(count); whole > 0)
        page.line(fmt::format("        smaller ones, {} in all: {}", count_text(whole),
                              seconds_text(seconds, page.glyphs())));
}

}  // namespace

void write_objects(const Analysis& analysis, Page& page) {
    const RunResult* run = explained_run(analysis);
    if (run == nullptr) return;
    const bool losses = has_losses(analysis);
    const std::size_t visible = visible_objects(*run, losses);
    if (visible == 0) return;
    page.heading("OBJECTS", fmt::format("{}at {}; time counting references, over all threads",
                                        losses ? "lost cores " : "", threads_text(run->threads)));
    for (std::size_t i = 0; i < visible; ++i) write_object(run->objects[i], losses, page);
    write_rest(*run, visible, page);
}

}  // namespace ftscale::report
