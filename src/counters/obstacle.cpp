// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/obstacle.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace ftscale::counters {
namespace {

/// Debian's kernels forbid all perf events from this level on; Ubuntu's from 4.
constexpr int kParanoidForbidsAll = 3;

bool has_seccomp_filter(const std::filesystem::path& root) {
    std::ifstream status(root / "proc/self/status");
    constexpr int kFilter = 2;  // SECCOMP_MODE_FILTER
    for (std::string key, rest; status >> key && std::getline(status, rest);) {
        if (key == "Seccomp:") return std::atoi(rest.c_str()) == kFilter;
    }
    return false;
}

std::string name_of(int error) {
    const char* name = strerrorname_np(error);
    return name != nullptr ? name : fmt::format("error {}", error);
}

std::string describe_missing(int error, std::uint32_t type) {
    if (type == kSoftware) return "this kernel has no such event";
    // EINVAL: the kernel does not know the number; the others: nothing there counts it.
    if (error == EINVAL) return "this machine's PMU has no such event";
    return fmt::format("this machine has no such event (no PMU: {})", name_of(error));
}

}  // namespace

Permissions read_permissions(const std::filesystem::path& root) {
    Permissions permissions;
    std::ifstream file(root / "proc/sys/kernel/perf_event_paranoid");
    if (int level = 0; file >> level) permissions.paranoid = level;
    permissions.seccomp_filter = has_seccomp_filter(root);
    return permissions;
}

Obstacle obstacle_of(int error, const Permissions& permissions) {
    const bool all_forbidden = permissions.paranoid && *permissions.paranoid >= kParanoidForbidsAll;
    switch (error) {
        case 0:
            return Obstacle::None;
        case ENOSYS:
            return Obstacle::NoSystemCall;
        case EPERM:
        case EACCES:
            // Seccomp's verdict comes before the kernel's own, and containers answer EPERM; the kernel says EACCES.
            if (error == EPERM && permissions.seccomp_filter) return Obstacle::Seccomp;
            return all_forbidden ? Obstacle::Paranoid : Obstacle::Security;
        case ENOENT:
        case ENODEV:
        case ENXIO:
        case EOPNOTSUPP:
        case EINVAL:
            return Obstacle::NoEvent;
        case EMFILE:
        case ENFILE:
            return Obstacle::Descriptors;
        case EBUSY:
            return Obstacle::Busy;
        default:
            return Obstacle::Other;
    }
}

std::string describe_obstacle(Obstacle obstacle, int error, std::uint32_t type, const Permissions& permissions) {
    switch (obstacle) {
        case Obstacle::None:
            return {};
        case Obstacle::NoSystemCall:
            return permissions.paranoid ? "perf_event_open is forbidden (seccomp)" : "this kernel has no perf events";
        case Obstacle::Seccomp:
            return "perf_event_open is forbidden (seccomp)";
        case Obstacle::Paranoid:
            return fmt::format("perf_event_paranoid is {}", *permissions.paranoid);
        case Obstacle::Security:
            return fmt::format("perf_event_open is forbidden ({})", name_of(error));
        case Obstacle::NoEvent:
            return describe_missing(error, type);
        case Obstacle::Descriptors:
            return "no file descriptor is free";
        case Obstacle::Busy:
            return "somebody else has the counters for themselves";
        case Obstacle::Other:
            break;
    }
    return fmt::format("perf_event_open fails with {}", name_of(error));
}

}  // namespace ftscale::counters
