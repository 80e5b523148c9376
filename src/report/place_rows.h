// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the tables of locks, objects and pauses have in common: a head with the size in cores, what it is and its
// figures, and below it rows of label, place and time.
#pragma once

#include <string>
#include <vector>

#include "report/page.h"

namespace ftscale::report {

inline constexpr double kSmallestCores = 0.005;  // what would print as 0.00

struct PlaceTime {
    analysis::Place place;
    double seconds = 0;
};

/// "  0.48  list instance                    298 ms"; `size` may be empty.
void write_row_head(const std::string& size, const std::string& name, const std::string& figures, Page& page);
/// A row below a head: a short label, text, and its time at the right edge.
void write_labelled_row(const std::string& label, const std::string& text, double seconds, Page& page);
/// The first few places, one a row, then what the others make together. Returns the sum of all.
double write_place_rows(const std::string& label, const std::vector<PlaceTime>& places, Page& page);

}  // namespace ftscale::report
