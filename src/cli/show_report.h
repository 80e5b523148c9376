// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "analysis/analysis.h"

namespace ftscale::cli {

/// What a recording says. Throws base::Error when it cannot be read.
analysis::Analysis load_analysis(const std::string& recording, bool whole);

/// The text report on standard output, as `ftscale run` ends with.
void show_report(const std::string& recording, bool whole);

}  // namespace ftscale::cli
