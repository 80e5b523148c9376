// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a person reads first: the largest causes of lost cores, each with its place, its size and what to do about it.
// The rules stand in files of their own, one per cause.
#pragma once

#include <optional>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/findings/evidence.h"

namespace ftscale::analysis {

inline constexpr std::size_t kMostFindings = 5;  // a handful is read, a list is not

/// What puts the others in question, then largest first. Empty for a region measured at one thread count only: nothing
/// can be compared.
std::vector<Finding> find_causes(const RegionResult& region, const recording::Manifest& manifest,
                                 const Measurement& measurement);

/// A script that takes no notice of the thread count, or does the whole work in each thread. Both fill the ledger with
/// losses that are no fault of the functions they are charged to.
std::optional<Finding> thread_count_finding(const Evidence& evidence);
bool is_about_count(const Finding& finding);
/// Whether a finding explains idle slots or more work, and says what to do about them, where they are due to the count.
bool is_moot_beside_count(const Finding& finding);

// The rules.
std::vector<Finding> lock_findings(const Evidence& evidence);      // each contended lock
std::vector<Finding> refcount_findings(const Evidence& evidence);  // each object that is counted by several threads
std::vector<Finding> pause_findings(const Evidence& evidence);     // collections, other stop-the-world pauses
std::vector<Finding> gil_findings(const Evidence& evidence);
std::vector<Finding> work_findings(const Evidence& evidence);  // memory, the allocator, other work that got slower
std::vector<Finding> library_pool_findings(const Evidence& evidence);  // threads of BLAS, OpenMP and their like
std::vector<Finding> serial_findings(const Evidence& evidence);        // imports, other sections that run alone
std::vector<Finding> other_load_findings(const Evidence& evidence);    // other programs, children of the script
std::vector<Finding> cause_findings(const Evidence& evidence);  // waiting for work or I/O, the run queue, the kernel

}  // namespace ftscale::analysis
