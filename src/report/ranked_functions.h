// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Which functions a report names, and in which order.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/analysis.h"

namespace ftscale::report {

/// By lost cores, or, where there is nothing to compare with, by cores used.
struct RankedFunction {
    const analysis::Function* function = nullptr;
    analysis::Amounts cores;
    double total = 0;
};

/// At most `most`, largest first, without those too small to be more than noise. Native: those that repeat the time of
/// the Python functions they worked for; else the rows that sum to the ledger.
std::vector<RankedFunction> largest_functions(const analysis::RunResult& run, bool losses, bool native,
                                              std::size_t most);

/// The function, at the line of the category it lost most to: beside it stand the categories, the largest first.
analysis::Place place_of_largest(const RankedFunction& row);

/// "lock_wait 0.41, spin 0.11": the largest parts, as many as fit.
std::string causes_text(const analysis::Amounts& cores, int columns);

}  // namespace ftscale::report
