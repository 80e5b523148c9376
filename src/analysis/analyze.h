// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The table of contents: a recording becomes the Analysis that reports, exports and comparisons read. Pure: no files,
// no clock.
#pragma once

#include <string>

#include "analysis/analysis.h"
#include "recording/recording.h"
#include "symbols/symbols.h"

namespace ftscale::analysis {

struct Options {
    bool whole = false;       // measure the whole script even where it marks regions
    std::string region = {};  // this marked region alone; analyze: of the regions, beside all together
    bool fastest = false;     // analyze: leave out the runs that do not decide a comparison (model::fastest_runs)
};

/// Never throws for what a recording lacks: the parts that could not be measured are absent, and `warnings` says why.
Analysis analyze(const recording::Recording& recording, const symbols::Symbols& symbols, const Options& options = {});

}  // namespace ftscale::analysis
