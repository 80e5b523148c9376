// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a person reads first: the largest causes of lost cores, each with its place, its size and what to do about it.
// The rules stand in files of their own, one per cause.
#pragma once

#include <vector>

#include "analysis/analysis.h"
#include "analysis/findings/evidence.h"

namespace ftscale::analysis {

inline constexpr std::size_t kMostFindings = 5;  // a handful is read, a list is not

/// Largest first. Empty for a region measured at one thread count only: nothing can be compared.
std::vector<Finding> find_causes(const RegionResult& region, const recording::Manifest& manifest,
                                 const Measurement& measurement);

// The rules.
std::vector<Finding> lock_findings(const Evidence& evidence);      // each contended lock
std::vector<Finding> refcount_findings(const Evidence& evidence);  // each object that is counted by several threads
std::vector<Finding> pause_findings(const Evidence& evidence);     // collections, other stop-the-world pauses
std::vector<Finding> gil_findings(const Evidence& evidence);
std::vector<Finding> work_findings(const Evidence& evidence);  // memory, the allocator, other work that got slower
std::vector<Finding> library_pool_findings(const Evidence& evidence);  // threads of BLAS, OpenMP and their like
std::vector<Finding> serial_findings(const Evidence& evidence);        // imports, other sections that run alone
std::vector<Finding> cause_findings(const Evidence& evidence);  // waiting for work or I/O, the run queue, the kernel

}  // namespace ftscale::analysis
