// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a reader must know before believing the figures.
#pragma once

#include <vector>

#include "analysis/analysis.h"
#include "analysis/runs.h"
#include "recording/recording.h"
#include "symbols/symbols.h"

namespace ftscale::analysis {

/// `analysis` is complete but for its warnings.
std::vector<Warning> find_warnings(const recording::Recording& recording, const std::vector<UsedRun>& runs,
                                   const Analysis& analysis);

/// That of so many regions with names of their own only some have figures.
Warning region_warning(std::size_t marked, std::size_t explained);

/// Native modules without symbols in which a visible share of the time was spent.
std::vector<Warning> symbol_warnings(const recording::Recording& recording, const symbols::Symbols& symbols,
                                     const std::vector<MeasuredRun>& runs);

}  // namespace ftscale::analysis
