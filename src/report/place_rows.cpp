// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/place_rows.h"

#include <fmt/format.h>

#include "report/quantities.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

constexpr std::size_t kMostPlaces = 3;
constexpr int kSizeColumns = 6;
constexpr int kLabelColumns = 10;  // "held up by"
constexpr int kTimeColumns = 10;
constexpr int kPlaceColumns = kColumns - kSizeColumns - 2 - kLabelColumns - 2 - kTimeColumns;

void write_columns(const std::string& label, const std::string& text, double seconds, Page& page) {
    page.line(std::string(kSizeColumns + 2, ' ') + page.toned(pad_right(label, kLabelColumns), Tone::Faint) + "  " +
              text + pad_left(seconds_text(seconds, page.glyphs()), kTimeColumns));
}

}  // namespace

void write_row_head(const std::string& size, const std::string& name, const std::string& figures, Page& page) {
    const int room = kColumns - kSizeColumns - 2 - 2 - display_width(figures);
    page.line(page.toned(pad_left(size, kSizeColumns), Tone::Strong) + "  " +
              page.toned(pad_right(page.elided(name, room), room), Tone::Strong) + "  " + figures);
}

void write_labelled_row(const std::string& label, const std::string& text, double seconds, Page& page) {
    write_columns(label, pad_right(page.elided(text, kPlaceColumns), kPlaceColumns), seconds, page);
}

double write_place_rows(const std::string& label, const std::vector<PlaceTime>& places, Page& page) {
    double shown = 0, others = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (i >= kMostPlaces) {
            others += places[i].seconds;
            continue;
        }
        write_columns(i == 0 ? label : "", page.place(places[i].place, kPlaceColumns), places[i].seconds, page);
        shown += places[i].seconds;
    }
    if (others > 0) write_labelled_row("", fmt::format("{} more", places.size() - kMostPlaces), others, page);
    return shown + others;
}

}  // namespace ftscale::report
