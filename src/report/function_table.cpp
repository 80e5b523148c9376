// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/quantities.h"
#include "report/ranked_functions.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

constexpr std::size_t kMostPython = 10;
constexpr std::size_t kMostNative = 5;
constexpr int kSizeColumns = 6;
constexpr int kLeastPlaceColumns = 24, kMostPlaceColumns = 42;

/// As wide as the widest needs, within limits: what is left is for the causes.
int place_columns(const std::vector<RankedFunction>& rows) {
    int columns = kLeastPlaceColumns;
    for (const RankedFunction& row : rows) {
        const analysis::Place place = place_of_largest(row);
        columns = std::max(columns, display_width(place.function) + 2 + display_width(short_location(place)));
    }
    return std::min(columns, kMostPlaceColumns);
}

void write_rows(const std::vector<RankedFunction>& rows, Page& page) {
    const int columns = place_columns(rows);
    for (const RankedFunction& row : rows)
        page.line(pad_left(cores_text(row.total), kSizeColumns) + "  " + page.place(place_of_largest(row), columns) +
                  "  " + page.toned(causes_text(row.cores, kColumns - kSizeColumns - columns - 4), Tone::Faint));
}

}  // namespace

void write_functions(const Analysis& analysis, Page& page) {
    const RunResult* run = explained_run(analysis);
    if (run == nullptr) return;
    const bool losses = has_losses(analysis);
    const auto python = largest_functions(*run, losses, false, kMostPython);
    if (!python.empty()) {
        page.heading("FUNCTIONS", fmt::format("{} cores at {}, each at the line of its largest part",
                                              losses ? "lost" : "used", threads_text(run->threads)));
        write_rows(python, page);
    }
    const auto native = largest_functions(*run, losses, true, kMostNative);
    if (native.empty()) return;
    page.heading("NATIVE FUNCTIONS", "part of the above, by what ran inside");
    write_rows(native, page);
}

}  // namespace ftscale::report
