// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/machine.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "launch/system_file.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

std::optional<double> lower(std::optional<double> a, std::optional<double> b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
}

/// cgroup v2: "max 100000" or "150000 100000" (quota and period in microseconds).
std::optional<double> read_cpu_max(const fs::path& folder) {
    const auto line = read_first_line(folder / "cpu.max");
    if (!line) return std::nullopt;
    std::istringstream fields(*line);
    double quota = 0, period = 0;
    if (!(fields >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
    return quota / period;
}

/// cgroup v1: the quota is -1 where there is none.
std::optional<double> read_cfs_quota(const fs::path& folder) {
    const auto quota = read_number(folder / "cpu.cfs_quota_us");
    const auto period = read_number(folder / "cpu.cfs_period_us");
    if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
    return static_cast<double>(*quota) / static_cast<double>(*period);
}

/// The tightest limit of a group and all groups around it. In a container the group's path may not exist below the
/// mount point, whose own top is then the container's group; missing folders have no limit.
template <typename Read>
std::optional<double> tightest_limit(const fs::path& mount, const fs::path& group, Read read) {
    std::optional<double> limit;
    for (fs::path path = group.relative_path(); !path.empty(); path = path.parent_path()) {
        limit = lower(limit, read(mount / path));
    }
    return lower(limit, read(mount));
}

bool has_controller(const std::string& list, const std::string& name) {
    return ("," + list + ",").find("," + name + ",") != std::string::npos;
}

/// Lines of /proc/self/cgroup: "4:cpu,cpuacct:/group" (v1) and "0::/group" (v2); both kinds stand side by side on
/// hybrid systems.
std::optional<double> read_cpu_limit(const fs::path& root) {
    std::optional<double> limit;
    std::ifstream groups(root / "proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const fs::path group = line.substr(second + 1);
        if (controllers.empty()) {
            limit = lower(limit, tightest_limit(root / "sys/fs/cgroup", group, read_cpu_max));
        } else if (has_controller(controllers, "cpu")) {
            limit = lower(limit, tightest_limit(root / "sys/fs/cgroup" / controllers, group, read_cfs_quota));
            limit = lower(limit, tightest_limit(root / "sys/fs/cgroup/cpu", group, read_cfs_quota));
        }
    }
    return limit;
}

std::string read_model(const fs::path& root) {
    const fs::path cpuinfo = root / "proc/cpuinfo";
    for (const char* key : {"model name", "cpu model", "Hardware", "cpu"}) {  // x86, MIPS, some Arm, POWER
        if (const auto model = read_field(cpuinfo, key)) return *model;
    }
    // Device trees end their strings with a zero byte.
    const std::string board = read_first_line(root / "sys/firmware/devicetree/base/model").value_or("");
    return board.substr(0, board.find('\0'));
}

std::string read_governor(const std::vector<Cpu>& topology, const fs::path& root) {
    if (topology.empty()) return {};
    const std::string cpu = "cpu" + std::to_string(topology.front().id);
    return read_first_line(root / "sys/devices/system/cpu" / cpu / "cpufreq/scaling_governor").value_or("");
}

std::uint64_t read_memory_bytes(const fs::path& root) {
    std::istringstream field(read_field(root / "proc/meminfo", "MemTotal").value_or(""));
    std::uint64_t kibibytes = 0;
    return field >> kibibytes ? kibibytes * 1024 : 0;
}

}  // namespace

recording::Machine read_machine(const std::vector<Cpu>& topology, const fs::path& root) {
    recording::Machine machine;
    machine.cpus = static_cast<int>(topology.size());
    machine.physical_cores = count_physical_cores(topology);
    machine.model = read_model(root);
    machine.kernel = read_first_line(root / "proc/sys/kernel/osrelease").value_or("");
    machine.governor = read_governor(topology, root);
    machine.cgroup_cpu_limit = read_cpu_limit(root);
    if (const auto level = read_number(root / "proc/sys/kernel/perf_event_paranoid")) {
        machine.perf_event_paranoid = static_cast<int>(*level);
    }
    machine.memory_bytes = read_memory_bytes(root);
    return machine;
}

int usable_cores(const recording::Machine& machine) {
    double cores = machine.physical_cores;
    if (machine.cgroup_cpu_limit) cores = std::min(cores, *machine.cgroup_cpu_limit);
    return std::max(1, static_cast<int>(cores));
}

}  // namespace ftscale::launch
