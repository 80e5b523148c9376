// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/show_report.h"

#include <iostream>

#include "analysis/analyze.h"
#include "recording/reader.h"
#include "report/text.h"
#include "symbols/symbols.h"

namespace ftscale::cli {

analysis::Analysis load_analysis(const std::string& recording, bool whole) {
    const recording::Recording loaded = recording::load(recording);
    const symbols::Symbols symbols(loaded);
    analysis::Options options;
    options.whole = whole;
    return analysis::analyze(loaded, symbols, options);
}

void show_report(const std::string& recording, bool whole) {
    report::write_text(load_analysis(recording, whole), std::cout);
}

}  // namespace ftscale::cli
