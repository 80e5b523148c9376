// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/machine.h"

#include <algorithm>
#include <sstream>
#include <string>

#include "launch/cpu_limit.h"
#include "launch/system_file.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

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
    if (const auto limit = find_cpu_limit(root)) machine.cgroup_cpu_limit = limit->cpus;
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
