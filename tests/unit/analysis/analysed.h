// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A told recording, analysed and checked.
#pragma once

#include <algorithm>
#include <string>

#include "analysis/analyze.h"
#include "support/catch.h"
#include "support/check_analysis.h"
#include "support/story.h"

namespace ftscale::tests {

inline analysis::Analysis analysed(Story& story, const analysis::Options& options = {}) {
    const recording::Recording recording = story.finish();
    const symbols::Symbols symbols(recording);
    analysis::Analysis analysis = analysis::analyze(recording, symbols, options);
    check_analysis(analysis);
    return analysis;
}

/// The row of this function; an empty row where there is none.
inline analysis::Function function_row(const analysis::RunResult& run, const std::string& function) {
    for (const analysis::Function& row : run.functions)
        if (row.place.function == function) return row;
    return {};
}

inline bool warns(const analysis::Analysis& analysis, const std::string& code) {
    return std::any_of(analysis.warnings.begin(), analysis.warnings.end(),
                       [&](const auto& warning) { return warning.code == code; });
}

}  // namespace ftscale::tests
