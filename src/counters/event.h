// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "counters/opener.h"

namespace ftscale::counters {

/// What an event means to the analysis.
enum class Role {
    None,
    Cycles,
    Instructions,
    CacheMisses,        // of the last level
    LineTransfers,      // loads served by another core's cache, of a line modified there where the PMU can tell
    LockedLoads,        // loads of atomic read-modify-write instructions
    MemoryOrderClears,  // the core threw work away because another one wrote to what it had read
    ExclusiveFailures,  // store-exclusives that another core's access made fail
    RemoteAccesses,     // accesses that another socket or chip answered
};

/// As in recordings: "line_transfers"; empty for None.
std::string role_name(Role role);

/// An event that a user named.
struct Event {
    std::string name;       // as given
    std::string full_name;  // as libpfm4 names it, with PMU and unit masks
    std::string description;
    Encoding encoding;
    Role role = Role::None;
    bool user_only = false;  // as asked for: NAME:u
    std::string not_here;    // why it cannot be counted on this machine's threads, where that is known from its name

    bool is_software() const { return encoding.type == kSoftware; }
};

}  // namespace ftscale::counters
