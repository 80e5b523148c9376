// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "counters/opener.h"

namespace ftscale::counters {

/// What the kernel and a sandbox let this process do.
struct Permissions {
    std::optional<int> paranoid;  // kernel.perf_event_paranoid; nothing where the kernel has no perf events
    bool seccomp_filter = false;  // a sandbox filters this process's system calls
};

/// Read below `root`; what is not there stays empty.
Permissions read_permissions(const std::filesystem::path& root = "/");

/// Why an event cannot be opened.
enum class Obstacle {
    None,
    NoSystemCall,  // the kernel has no perf_event_open, or a sandbox says so
    Seccomp,       // a sandbox forbids it (containers do)
    Paranoid,      // kernel.perf_event_paranoid
    Security,      // forbidden by something else: a security module, a missing capability
    NoEvent,       // there is no such event here: no PMU, or one that does not count this
    Descriptors,   // no free file descriptor
    Busy,          // somebody has the counters for themselves
    Other,
};

/// What the errno of perf_event_open means for an event on the process's own thread, user side only.
Obstacle obstacle_of(int error, const Permissions& permissions);

/// In plain words, the end of a sentence that starts with the event: "perf_event_paranoid is 3". `type` is the event's
/// Encoding::type: only hardware events need a PMU.
std::string describe_obstacle(Obstacle obstacle, int error, std::uint32_t type, const Permissions& permissions);

}  // namespace ftscale::counters
