// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The figures that are compared: of a recording, or of the baseline made of one.
#pragma once

#include <string>

#include "cli/reading_options.h"
#include "compare/figures.h"

namespace ftscale::cli {

/// Throws base::Error where the file cannot be read.
compare::Figures load_figures(const std::string& recording, const ReadingOptions& options);
compare::Figures load_baseline(const std::string& path);
/// A recording or a baseline, whichever it is.
compare::Figures load_either(const std::string& path, const ReadingOptions& options);

/// Throws base::Error with the hint where the file cannot be read.
std::string read_file(const std::string& path, const std::string& hint);

}  // namespace ftscale::cli
