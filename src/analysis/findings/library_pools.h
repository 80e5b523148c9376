// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Native libraries that start threads of their own, beside those of the script.
#pragma once

#include <optional>
#include <string>

#include "account/ledger.h"
#include "analysis/analysis.h"

namespace ftscale::analysis {

struct Evidence;

/// A pool that was at work in the run while threads waited for CPUs or its locks.
struct LibraryPool {
    std::string library;   // "OpenBLAS"
    std::string variable;  // that sets how many threads it has
    long threads = 0;      // of its own; those of the script work beside them
    double cores = 0;      // that its threads took, or wanted
    // What the pool costs, in cores: the run queue, waiting for the library's own locks, what its threads burn; less
    // what they take over from the script's threads.
    account::Amounts lost_cores;
    double lock_cores = 0;  // of it, for its locks
};

/// The busiest; absent where it costs nothing worth a finding, or no pool took more than a trace.
std::optional<LibraryPool> find_library_pool(const Evidence& evidence);

/// Whether a lock of a native library is one of the pool's.
bool is_of_pool(const Lock& lock, const LibraryPool& pool, const Evidence& evidence);

}  // namespace ftscale::analysis
