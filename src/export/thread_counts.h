// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How many threads are in a state, over time.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "analysis/profile.h"

namespace ftscale::exports {

struct CountChange {
    std::int64_t time_ns = 0;
    int change = 0;  // never 0
};

/// How the number of the process's threads whose spans are `counted` changes, from none: one change per instant, in
/// order of time. They sum to 0.
std::vector<CountChange> count_threads(const analysis::RunProfile& run, std::uint32_t process,
                                       const std::function<bool(const analysis::Span&)>& counted);

}  // namespace ftscale::exports
