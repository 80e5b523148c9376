// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "counters/obstacle.h"
#include "counters/opener.h"

namespace ftscale::counters {

/// How an event takes it that the kernel's side is left out.
enum class KernelPart {
    Leaves,  // counts what happens outside of the kernel
    Stays,   // the clocks: count all of the time nevertheless
    Is,      // switches and migrations happen in the kernel: count nothing, for ever
};
KernelPart kernel_part_of(const Encoding& event);

/// Whether an event opened on this side counts what a thread does in the kernel.
bool counts_kernel(const Encoding& event, Side side);

/// Whether one event can be opened on this process's own threads, and why not.
struct EventAccess {
    bool possible = false;     // at least its user side, and that counts something
    bool kernel_side = false;  // opened with what the thread does in the kernel
    int error = 0;             // errno of the user side; 0 when that can be opened
    Obstacle obstacle = Obstacle::None;
    std::string reason;  // in plain words; empty when possible
};

/// Which perf events this process can open: tried, not guessed.
struct Access {
    Permissions permissions;
    bool perf_event_open_allowed = false;  // the system call does something here
    EventAccess cpu_clock;                 // software events
    EventAccess cycles;                    // hardware events
};

/// Opens the event with its kernel side (unless `most` is less), else without, and closes it.
EventAccess try_event(const Encoding& event, const Permissions& permissions, Opener& opener = system_opener(),
                      Side most = Side::UserAndKernel);

Access try_access(const Permissions& permissions = read_permissions(), Opener& opener = system_opener());

}  // namespace ftscale::counters
