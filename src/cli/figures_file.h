// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The figures that are compared: of a recording, or of the baseline made of one.
#pragma once

#include <string>

#include "compare/figures.h"

namespace ftscale::cli {

/// Which part of a recording.
struct RegionOptions {
    std::string region;  // empty: all
    bool whole = false;
};

/// Throws base::Error where the file cannot be read.
compare::Figures load_figures(const std::string& recording, const RegionOptions& part);
compare::Figures load_baseline(const std::string& path);
/// A recording or a baseline, whichever it is.
compare::Figures load_either(const std::string& path, const RegionOptions& part);

/// Throws base::Error with the hint where the file cannot be read.
std::string read_file(const std::string& path, const std::string& hint);

}  // namespace ftscale::cli
