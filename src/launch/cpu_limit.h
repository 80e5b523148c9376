// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>

namespace ftscale::launch {

/// How much CPU time a control group allows per unit of time, and which file says so.
struct CpuLimit {
    double cpus = 0;
    std::filesystem::path file;  // absolute, below the root
    bool is_unified = false;     // cgroup v2: the file takes "max"; else "-1"
};

/// The tightest limit of our control groups and of all groups around them, v1 and v2. In a container the group's path
/// may not exist below the mount point, whose own top is then the container's group.
std::optional<CpuLimit> find_cpu_limit(const std::filesystem::path& root = "/");

}  // namespace ftscale::launch
