// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/access.h"

namespace ftscale::counters {

EventAccess try_event(const Encoding& event, const Permissions& permissions, Opener& opener) {
    EventAccess access;
    access.kernel_side = OpenEvent(opener, event, Side::UserAndKernel).is_open();
    if (!access.kernel_side) access.error = OpenEvent(opener, event, Side::UserOnly).error();
    access.possible = access.error == 0;
    access.obstacle = obstacle_of(access.error, permissions);
    access.reason = describe_obstacle(access.obstacle, access.error, event.type, permissions);
    return access;
}

Access try_access(const Permissions& permissions, Opener& opener) {
    Access access;
    access.permissions = permissions;
    access.cpu_clock = try_event(kCpuClockEvent, permissions, opener);
    access.cycles = try_event(kCyclesEvent, permissions, opener);
    access.perf_event_open_allowed = access.cpu_clock.possible || access.cycles.possible;
    return access;
}

}  // namespace ftscale::counters
