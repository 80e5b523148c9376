// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/cpu_limit.h"

#include <fstream>
#include <sstream>
#include <string>

#include "launch/system_file.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;
using Limit = std::optional<CpuLimit>;

Limit tighter(Limit a, Limit b) {
    if (!a || !b) return a ? a : b;
    return b->cpus < a->cpus ? b : a;
}

/// cgroup v2: "max 100000" or "150000 100000" (quota and period in microseconds).
Limit read_cpu_max(const fs::path& folder) {
    const fs::path file = folder / "cpu.max";
    const auto line = read_first_line(file);
    if (!line) return std::nullopt;
    std::istringstream fields(*line);
    double quota = 0, period = 0;
    if (!(fields >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
    return CpuLimit{quota / period, file, true};
}

/// cgroup v1: the quota is -1 where there is none.
Limit read_cfs_quota(const fs::path& folder) {
    const fs::path file = folder / "cpu.cfs_quota_us";
    const auto quota = read_number(file);
    const auto period = read_number(folder / "cpu.cfs_period_us");
    if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
    return CpuLimit{static_cast<double>(*quota) / static_cast<double>(*period), file, false};
}

/// Of a group and all groups around it; missing folders have no limit.
template <typename Read>
Limit tightest_limit(const fs::path& mount, const fs::path& group, Read read) {
    Limit limit;
    for (fs::path path = group.relative_path(); !path.empty(); path = path.parent_path()) {
        limit = tighter(limit, read(mount / path));
    }
    return tighter(limit, read(mount));
}

bool has_controller(const std::string& list, const std::string& name) {
    return ("," + list + ",").find("," + name + ",") != std::string::npos;
}

}  // namespace

/// Lines of /proc/self/cgroup: "4:cpu,cpuacct:/group" (v1) and "0::/group" (v2); both kinds stand side by side on
/// hybrid systems, where v2 is mounted in a folder of its own.
Limit find_cpu_limit(const fs::path& root) {
    const fs::path mounts = root / "sys/fs/cgroup";
    Limit limit;
    std::ifstream groups(root / "proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const fs::path group = line.substr(second + 1);
        if (controllers.empty()) {
            limit = tighter(limit, tightest_limit(mounts, group, read_cpu_max));
            limit = tighter(limit, tightest_limit(mounts / "unified", group, read_cpu_max));
        } else if (has_controller(controllers, "cpu")) {
            limit = tighter(limit, tightest_limit(mounts / controllers, group, read_cfs_quota));
            limit = tighter(limit, tightest_limit(mounts / "cpu", group, read_cfs_quota));
        }
    }
    return limit;
}

}  // namespace ftscale::launch
