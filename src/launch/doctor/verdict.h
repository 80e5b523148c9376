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

/// What the trial alone does not show.
struct LadderFacts {
    bool memory_can_be_read = false;
    bool schedstat_counts = false;
    bool has_contention_events = false;  // the probe was told to count some
};

/// By their order: sampling, contention, run queue, kernel share. As the trial went.
std::vector<Ladder> ladders_used(const Trial& trial, const LadderFacts& facts);

/// A profile can be made: the trial left something.
bool is_profile_possible(const Trial& trial);

}  // namespace ftscale::launch
