// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The ledger by function, and its growth over the baseline.
#pragma once

#include <map>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/places.h"

namespace ftscale::analysis {

struct FunctionCost {
    Amounts self;
    std::map<int, Amounts> by_line;
    std::map<recording::FrameId, Amounts> by_frame;  // of native functions
};
using FunctionCosts = std::map<FunctionKey, FunctionCost>;

/// Adds each charge of the ledger, times `factor`, to its function; and again to the native function at work, where
/// there is one.
void add_functions(const account::Ledger& ledger, double factor, const Places& places, FunctionCosts& costs);

/// `ideal`: how often the baseline's cost would be paid without any loss (strong scaling: 1; weak: the ratio of thread
/// counts). `net_serial`: weak scaling's netting of sections that run alone at every thread count. Largest loss first.
std::vector<Function> function_rows(const FunctionCosts& costs, const FunctionCosts& baseline, double ideal,
                                    bool net_serial);

/// Gives native rows that cost at least `least_s` the source lines, where debug info tells them, that most of their
/// time was spent at, in all and by category.
void add_source_lines(const FunctionCosts& costs, const account::Sites& sites, double least_s,
                      std::vector<Function>& rows);

/// The function, at the line that most of what it lost to the category was charged to.
Place place_of(const Function& function, account::Category category);

/// Whether the row is a part of the ledger, rather than a repetition of time that stands in a Python row.
bool is_ledger_row(const Function& function);

}  // namespace ftscale::analysis
