// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The ledger in hundredths of a core, so that what is printed adds up.
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/analysis.h"

namespace ftscale::report {

/// One thread count.
struct LedgerColumn {
    int threads = 1;
    long useful = 0;          // 0: there are no losses, and `lost` splits all cores
    std::vector<long> lost;   // as account::kAllCategories; with `useful` they sum to the threads
    std::vector<long> split;  // of lost work: instructions, IPC, clock; empty where it is not known
};

/// What was lost against the baseline.
LedgerColumn loss_column(const analysis::RunResult& run);
/// The whole capacity.
LedgerColumn time_column(const analysis::RunResult& run);

/// Positions in account::kAllCategories, largest first by the last column; those that nowhere make a hundredth of a
/// core are left out.
std::vector<std::size_t> shown_categories(const std::vector<LedgerColumn>& columns);

/// What a category means in a table of losses, or of time.
const char* category_meaning(account::Category category, bool are_losses);

}  // namespace ftscale::report
