// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a person reads first: the largest causes of lost cores, each with its place, its size and what to do about it.
// The rules stand in locks.cpp (one finding per lock) and causes.cpp (one per category).
#pragma once

#include <string>
#include <vector>

#include "analysis/analysis.h"

namespace ftscale::analysis {

/// What the rules look at: the largest thread count, and the baseline it is compared with.
struct Evidence {
    const RunResult& run;
    const RunResult& baseline;
    const recording::Manifest& manifest;
};

inline constexpr double kSmallestFinding = 0.05;  // cores: less is within the noise of a sweep
inline constexpr double kNoisyShare = 0.05;       // of all cores, for what other load on the machine looks like
inline constexpr std::size_t kMostFindings = 5;   // a handful is read, a list is not

/// Largest first. Empty for a region measured at one thread count only: nothing can be compared.
std::vector<Finding> find_causes(const RegionResult& region, const recording::Manifest& manifest);

// The rules.
std::vector<Finding> lock_findings(const Evidence& evidence);
std::vector<Finding> cause_findings(const Evidence& evidence);

}  // namespace ftscale::analysis
