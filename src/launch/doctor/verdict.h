// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launch/doctor/trial.h"

namespace ftscale::launch {

/// One of several ways to measure the same, best first; which one a run takes here.
struct Ladder {
    std::string name;  // "sampling", "contention", "run queue", "kernel share"
    std::vector<std::string> rungs;
    std::optional<std::size_t> used;  // in `rungs`; nothing: not measured
    std::string without;              // what becomes of it then
};

/// By their order: sampling, contention, run queue, kernel share. As the trial went.
std::vector<Ladder> ladders_used(const Trial& trial, bool memory_can_be_read, bool schedstat_counts);

/// A profile can be made: the trial left something.
bool is_profile_possible(const Trial& trial);

}  // namespace ftscale::launch
