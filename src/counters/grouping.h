// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Which events count together. Each group is led by a clock: group 0 by the sampler's, further ones by a software
// clock. All events of a group count at the same times; where the groups do not all fit the PMU the kernel takes turns
// between them.
#pragma once

#include <string>
#include <vector>

#include "counters/event.h"
#include "counters/obstacle.h"
#include "counters/opener.h"

namespace ftscale::counters {

/// An event that is counted.
struct Counter {
    Event event;
    Side side = Side::UserAndKernel;
    int group = 0;
};

/// One that is not.
struct MissingCounter {
    std::string name;
    std::string reason;
    bool is_default = false;  // nobody asked for it by name
};

/// What leads group 0.
struct Leader {
    Encoding event = kCpuClockEvent;
    Side side = Side::UserAndKernel;
};

struct Grouping {
    std::vector<Counter> counters;  // groups do not decrease
    std::vector<MissingCounter> missing;
};

/// Puts events, each of which can be opened alone, into groups that the PMU can count: as many as it takes together
/// with the leader into group 0. Where not all of them fit, only cycles and instructions stay there, so that they are
/// counted all of the time beside whatever else has its turn. What the leader itself counts takes no counter. Tried on
/// the calling thread: a PMU accepts groups that it cannot count, for example where the kernel's watchdog has a
/// counter.
Grouping group_counters(const std::vector<Counter>& counters, const Leader& leader, const Permissions& permissions,
                        Opener& opener);

}  // namespace ftscale::counters
