// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/quantities.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using analysis::RegionResult;

constexpr int kNameColumns = 34;

void write_region(const RegionResult& region, Page& page) {
    std::string row = "  " + pad_right(page.elided(region.name, kNameColumns), kNameColumns);
    if (region.points.empty()) {
        page.line(row + "  no run went through it");
        return;
    }
    const auto& first = region.points.front();
    const auto& last = region.points.back();
    row += pad_left(seconds_text(first.wall_s, page.glyphs()), 10) +
           pad_left(seconds_text(last.wall_s, page.glyphs()), 10) + pad_left(fmt::format("{:.2f}x", last.speedup), 10) +
           pad_left(cores_text(last.threads - last.speedup), 10);
    page.line(row);
}

}  // namespace

void write_regions(const Analysis& analysis, Page& page) {
    if (analysis.regions.size() < 2 || analysis.whole.points.empty()) return;
    const int first = analysis.whole.points.front().threads, last = analysis.whole.points.back().threads;
    page.heading("MARKED REGIONS", "together they are what the rest of this page is about");
    page.line(page.toned(std::string(kNameColumns + 2, ' ') + pad_left(fmt::format("at {}", first), 10) +
                             pad_left(fmt::format("at {}", last), 10) + pad_left("speed-up", 10) + pad_left("lost", 10),
                         Tone::Faint));
    for (const RegionResult& region : analysis.regions) write_region(region, page);
}

}  // namespace ftscale::report
