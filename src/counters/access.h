// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "counters/obstacle.h"
#include "counters/opener.h"

namespace ftscale::counters {

/// Whether one event can be opened on this process's own threads, and why not.
struct EventAccess {
    bool possible = false;     // at least its user side
    bool kernel_side = false;  // what the thread does in the kernel is counted, too
    int error = 0;             // errno of the user side; 0 when possible
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

/// Opens the event with its kernel side, else without, and closes it.
EventAccess try_event(const Encoding& event, const Permissions& permissions, Opener& opener = system_opener());

Access try_access(const Permissions& permissions = read_permissions(), Opener& opener = system_opener());

}  // namespace ftscale::counters
