// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What stands in a comparison of two recordings, before it is text or Markdown.
#pragma once

#include <string>
#include <vector>

#include "compare/difference.h"

namespace ftscale::report {

struct Glyphs;

struct Table {
    std::string title;
    std::string alignment;  // a letter a column: 'l' or 'r'
    std::vector<std::string> titles;
    std::vector<std::vector<std::string>> rows;
};

/// Both recordings, by the letters that the tables use.
struct ComparedFigures {
    std::string name_a, name_b;
    const compare::Figures& a;
    const compare::Figures& b;
};

/// "At 2 threads B is 21 % less efficient than A (95 %: 18 to 24 % less): 0.43 cores more are lost, most of them to
/// serial, in alone (work.py)."
std::string comparison_sentence(const compare::Difference& difference);

/// "bench.py, 3.13.5t, 2 CPUs, 5 repeats, 2026-11-26T10:00:00Z"
std::string describe_figures(const compare::Figures& figures);

/// The curve; by category; functions, locks and objects that changed. The last three at the largest thread count that
/// both have.
std::vector<Table> comparison_tables(const compare::Difference& difference, const Glyphs& glyphs);

/// What a star behind a figure means.
inline constexpr const char* kClearNote =
    "Of the fastest quarter of the runs. * beyond the noise: by chance alone with less than 5 %, corrected for how "
    "many are compared";

}  // namespace ftscale::report
