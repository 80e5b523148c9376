// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "analysis/analysis.h"

namespace ftscale::report {

struct Glyphs;

/// What the laws that fit the curve say, a sentence each; empty where none does.
std::vector<std::string> fit_sentences(const analysis::RegionResult& region, const Glyphs& glyphs);

inline constexpr const char* kNoFit = "No scaling law is fitted: that takes one thread and two larger counts.";

}  // namespace ftscale::report
