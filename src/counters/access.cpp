// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/access.h"

#include <linux/perf_event.h>

#include <fmt/format.h>

namespace ftscale::counters {
namespace {

/// An event whose user side is nothing.
void refuse_user_side(EventAccess& access, const Permissions& permissions, Side most) {
    access.possible = false;
    access.obstacle = most == Side::UserOnly ? Obstacle::NoEvent : Obstacle::Paranoid;
    if (most == Side::UserOnly) {
        access.reason = "it happens in the kernel, which is left out here (:u)";
    } else if (permissions.paranoid) {
        access.reason = fmt::format("it happens in the kernel, and perf_event_paranoid is {}", *permissions.paranoid);
    } else {
        access.reason = "it happens in the kernel, which may not be counted here";
    }
}

}  // namespace

KernelPart kernel_part_of(const Encoding& event) {
    if (event.type != kSoftware) return KernelPart::Leaves;
    switch (event.config) {
        case PERF_COUNT_SW_CPU_CLOCK:
        case PERF_COUNT_SW_TASK_CLOCK:
            return KernelPart::Stays;
        case PERF_COUNT_SW_CONTEXT_SWITCHES:
        case PERF_COUNT_SW_CPU_MIGRATIONS:
        case PERF_COUNT_SW_CGROUP_SWITCHES:
            return KernelPart::Is;
        default:
            return KernelPart::Leaves;
    }
}

bool counts_kernel(const Encoding& event, Side side) {
    return side == Side::UserAndKernel || kernel_part_of(event) == KernelPart::Stays;
}

EventAccess try_event(const Encoding& event, const Permissions& permissions, Opener& opener, Side most) {
    EventAccess access;
    access.kernel_side = most == Side::UserAndKernel && OpenEvent(opener, event, Side::UserAndKernel).is_open();
    if (!access.kernel_side) access.error = OpenEvent(opener, event, Side::UserOnly).error();
    access.possible = access.error == 0;
    access.obstacle = obstacle_of(access.error, permissions);
    access.reason = describe_obstacle(access.obstacle, access.error, event.type, permissions);
    if (access.possible && !access.kernel_side && kernel_part_of(event) == KernelPart::Is)
        refuse_user_side(access, permissions, most);
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
