// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Native libraries that start threads of their own, beside those of the script.
#pragma once

#include <optional>
#include <string>

#include "analysis/findings/evidence.h"

namespace ftscale::analysis {

/// A pool that was at work in the run, and how much of the cores it took or wanted.
struct LibraryPool {
    std::string library;   // "OpenBLAS"
    std::string variable;  // that sets how many threads it has
    double cores = 0;
};

/// The busiest; absent where none took more than a trace.
std::optional<LibraryPool> find_library_pool(const Evidence& evidence);

}  // namespace ftscale::analysis
