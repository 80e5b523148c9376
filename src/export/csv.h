// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The ledger as one table for a spreadsheet (RFC 4180): a row for each thread count, category and function. Filtered or
// pivoted by any of the three, ledger_s sums to threads x wall time, loss_s to the gap to the ideal.
#pragma once

#include <ostream>

#include "analysis/analysis.h"

namespace ftscale::exports {

/// `threads`: 0 for all thread counts.
void write_csv(const analysis::Analysis& analysis, int threads, std::ostream& out);

/// Throws base::Error (usage) for a thread count that the recording does not have.
void check_csv_threads(const analysis::Analysis& analysis, int threads);

}  // namespace ftscale::exports
