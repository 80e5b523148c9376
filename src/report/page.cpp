// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/page.h"

#include <algorithm>
#include <cmath>

#include "report/quantities.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

constexpr Glyphs kUnicode = {"…", "–", " · ", "·", "→", "▲",
                             "│", "·", "─",   "µ", "±", {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"}};
constexpr Glyphs kAscii = {"..", "-", "; ", ".", ">",   "!",
                           "|",  ".", "-",  "u", "+/-", {"", "", "", "", "#", "#", "#", "#", "#"}};

const char* escape_sequence(Tone tone) {
    switch (tone) {
        case Tone::Strong:
            return "\x1b[1m";
        case Tone::Faint:
            return "\x1b[2m";
        case Tone::Good:
            return "\x1b[32m";
        case Tone::Caution:
            return "\x1b[33m";
        case Tone::Bad:
            return "\x1b[1;31m";
        case Tone::Plain:
            break;
    }
    return "";
}

}  // namespace

const Glyphs& glyphs_of(const TextOptions& options) { return options.ascii ? kAscii : kUnicode; }

Page::Page(std::ostream& out, const TextOptions& options)
    : out_(out), colour_(options.colour), glyphs_(glyphs_of(options)) {}

void Page::line(std::string_view text) {
    const std::size_t last = text.find_last_not_of(' ');
    const std::string_view line = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    out_ << without_commands(std::string(line)) << '\n';
}

void Page::heading(std::string_view title, std::string_view note) {
    line();
    const int room = kColumns - display_width(title) - 2;
    line(toned(title, Tone::Strong) + "  " + elided(note, room));
}

void Page::paragraph(std::string_view lead, std::string_view text, Tone tone) {
    const int indent = display_width(lead);
    std::string begin(lead);
    for (const std::string& part : wrap(text, kColumns - indent)) {
        line(begin + toned(part, tone));
        begin.assign(static_cast<std::size_t>(indent), ' ');
    }
}

std::string Page::toned(std::string_view text, Tone tone) const {
    if (!colour_ || tone == Tone::Plain || text.empty()) return std::string(text);
    return escape_sequence(tone) + std::string(text) + "\x1b[0m";
}

std::string Page::elided(std::string_view text, int columns) const {
    return elide_middle(text, columns, glyphs_.ellipsis);
}

std::string Page::place(const analysis::Place& place, int columns) const {
    const std::string function = printable(place.function);
    const std::string where = place.file.empty() ? std::string() : printable(short_location(place));
    if (where.empty()) return pad_right(elided(function, columns), columns);
    const int room = columns - 2;
    // The place gives way down to a third: without its line number a name says little.
    const int for_where = std::clamp(room - display_width(function), room / 3, room);
    const std::string shown = elided(where, std::min(display_width(where), for_where));
    return pad_right(elided(function, room - display_width(shown)) + "  " + shown, columns);
}

std::string Page::bar(double cells) const {
    const long eighths = std::max(0L, std::lround(8 * cells));
    std::string result;
    for (long i = 0; i < eighths / 8; ++i) result += glyphs_.eighths[8];
    return result + glyphs_.eighths[eighths % 8];
}

}  // namespace ftscale::report
