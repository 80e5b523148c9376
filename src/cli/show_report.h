// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "analysis/analysis.h"
#include "analysis/profile.h"
#include "cli/reading_options.h"
#include "report/text.h"

namespace ftscale::cli {

/// What a recording says. Throws base::Error when it cannot be read, or has no region of the name asked for.
analysis::Analysis load_analysis(const std::string& recording, const ReadingOptions& options);

/// Of all runs, and of the fastest alone, of one reading.
struct AnalysisWithFastest {
    analysis::Analysis all, fastest;
};
AnalysisWithFastest load_with_fastest(const std::string& recording, const ReadingOptions& options);

/// The same, run by run and thread by thread.
analysis::Profile load_profile(const std::string& recording, const ReadingOptions& options);

/// Both, of one reading.
struct AnalysisAndProfile {
    analysis::Analysis analysis;
    analysis::Profile profile;
};
AnalysisAndProfile load_both(const std::string& recording, const ReadingOptions& options);

/// How to write text for a terminal, or for anything else.
report::TextOptions text_options(bool is_terminal);

/// The text report on standard output, as `ftscale run` ends with.
void show_report(const std::string& recording, const ReadingOptions& options);

}  // namespace ftscale::cli
