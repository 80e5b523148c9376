// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the table of counters shows of each row's counts: counts as they are, instructions per cycle, and rates per
// thousand instructions, the latter two at the baseline as well.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/analysis.h"
#include "report/page.h"

namespace ftscale::report {

struct CounterColumn {
    std::string first, second;  // the title, on two lines
    int columns = 0;            // wide, with two blanks on the left
    bool is_rate = false;       // shown at the baseline as well
    /// `before`: the baseline's, null where there is nothing to compare with.
    std::function<std::string(const analysis::Counts& now, const analysis::Counts* before, const Glyphs& glyphs)> text;
};

/// In the order a reader asks: instructions, cycles, IPC, events that tell why it is low, all others.
std::vector<CounterColumn> counter_columns(const analysis::Measurement& measurement);

/// The same columns as blocks, each at most `columns` wide.
std::vector<std::vector<CounterColumn>> in_blocks(const std::vector<CounterColumn>& all, int columns);

/// "12.3 G", "456 k", "12,034", "2.5": counts are not negative, but may be means.
std::string magnitude_text(double count);

/// Whether the counter's unit is a nanosecond: the kernel's clocks.
bool counts_time(const analysis::CounterFacts& counter);

}  // namespace ftscale::report
