// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/event.h"

namespace ftscale::counters {

std::string role_name(Role role) {
    switch (role) {
        case Role::None:
            break;
        case Role::Cycles:
            return "cycles";
        case Role::Instructions:
            return "instructions";
        case Role::CacheMisses:
            return "cache_misses";
        case Role::LineTransfers:
            return "line_transfers";
        case Role::LockedLoads:
            return "locked_loads";
        case Role::MemoryOrderClears:
            return "memory_order_clears";
        case Role::ExclusiveFailures:
            return "exclusive_failures";
        case Role::RemoteAccesses:
            return "remote_accesses";
    }
    return {};
}

}  // namespace ftscale::counters
