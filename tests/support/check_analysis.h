// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What holds for every analysis, whatever was recorded.
#pragma once

#include "analysis/analysis.h"

namespace ftscale::tests {

/// Ledgers sum to capacity, losses to the gap to ideal, functions to both; no row and no id appears twice; findings are
/// in order.
void check_analysis(const analysis::Analysis& analysis);

}  // namespace ftscale::tests
