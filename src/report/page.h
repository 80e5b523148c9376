// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The sheet the text report is written on: 80 columns, its glyphs and colours. The sections decide what stands on it.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "analysis/analysis.h"
#include "report/text.h"

namespace ftscale::report {

inline constexpr int kColumns = 80;

/// What marks and draws; the ASCII set where a terminal has no UTF-8.
struct Glyphs {
    const char* ellipsis;
    const char* dash;       // between the ends of an interval
    const char* separator;  // between facts of one line
    const char* nothing;    // a zero in a table
    const char* advice;
    const char* attention;
    const char* ideal;  // where a perfect speed-up would end
    const char* lost;   // from the speed-up to the ideal
    const char* rule;
    const char* micro;
    const char* plus_minus;
    const char* eighths[9];  // a cell filled from 0/8 to 8/8
};

const Glyphs& glyphs_of(const TextOptions& options);

enum class Tone { Plain, Strong, Faint, Good, Caution, Bad };

class Page {
  public:
    Page(std::ostream& out, const TextOptions& options);

    /// One line; trailing blanks are cut off.
    void line(std::string_view text = {});
    /// A blank line, the title, and a note in plain letters behind it.
    void heading(std::string_view title, std::string_view note = {});
    /// `text` wrapped, its first line behind `lead`, the others indented as far.
    void paragraph(std::string_view lead, std::string_view text, Tone tone = Tone::Plain);

    const Glyphs& glyphs() const { return glyphs_; }
    /// In colour where there is any. Pad before, not after: escape sequences have no width.
    std::string toned(std::string_view text, Tone tone) const;
    std::string elided(std::string_view text, int columns) const;
    /// "add  app.py:12", exactly `columns` wide; where it is too long the longer part gives way.
    std::string place(const analysis::Place& place, int columns) const;
    /// A bar of `cells`, drawn to an eighth of a cell.
    std::string bar(double cells) const;

  private:
    std::ostream& out_;
    bool colour_;
    const Glyphs& glyphs_;
};

}  // namespace ftscale::report
