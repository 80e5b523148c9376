// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/topology.h"

#include <sched.h>

#include <set>
#include <string>

#include "launch/system_file.h"

namespace ftscale::launch {
namespace {

Cpu read_cpu(int id, const std::filesystem::path& root) {
    const auto folder = root / "sys/devices/system/cpu" / ("cpu" + std::to_string(id)) / "topology";
    Cpu cpu{id, 0, id};
    if (const auto package = read_number(folder / "physical_package_id")) cpu.package = static_cast<int>(*package);
    // core_cpus_list since Linux 5.3, thread_siblings_list before and still. Both start with the core's lowest CPU:
    // "3", "0,64", "2-3". core_id would not do: it repeats between the dies of a package.
    auto first = read_number(folder / "core_cpus_list");
    if (!first) first = read_number(folder / "thread_siblings_list");
    if (first) cpu.core = static_cast<int>(*first);
    return cpu;
}

}  // namespace

std::vector<int> usable_cpus() {
    // The kernel refuses a set smaller than its own with EINVAL, and does not say how large that is.
    for (int size = CPU_SETSIZE; size <= 1 << 20; size *= 2) {
        std::vector<int> cpus;
        cpu_set_t* set = CPU_ALLOC(size);
        const std::size_t bytes = CPU_ALLOC_SIZE(size);
        CPU_ZERO_S(bytes, set);
        const bool fits = sched_getaffinity(0, bytes, set) == 0;
        for (int cpu = 0; fits && cpu < size; ++cpu) {
            if (CPU_ISSET_S(cpu, bytes, set)) cpus.push_back(cpu);
        }
        CPU_FREE(set);
        if (fits) return cpus;
    }
    return {0};
}

std::vector<Cpu> read_topology(const std::vector<int>& cpus, const std::filesystem::path& root) {
    std::vector<Cpu> topology;
    topology.reserve(cpus.size());
    for (const int id : cpus) topology.push_back(read_cpu(id, root));
    return topology;
}

int count_physical_cores(const std::vector<Cpu>& cpus) {
    std::set<int> cores;
    for (const Cpu& cpu : cpus) cores.insert(cpu.core);
    return static_cast<int>(cores.size());
}

}  // namespace ftscale::launch
