// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What bends a speed-up curve from outside the script: siblings, clocks, limits, others.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launch/cpu_limit.h"
#include "launch/doctor/asker.h"
#include "launch/doctor/check.h"
#include "launch/topology.h"

namespace ftscale::launch {

/// How the CPUs' clock is governed.
struct ClockFacts {
    std::string governor;  // of the first usable CPU whose governor is not "performance", else of any; empty: not seen
    bool has_cpupower = false;
    std::optional<bool> turbo;  // on; nothing where the kernel does not say
    std::string turbo_file;     // what switches it; below the root
};
ClockFacts read_clock_facts(const std::vector<Cpu>& topology, const Variables& variables,
                            const std::filesystem::path& root = "/");

/// The processors' time since boot, in ticks.
struct CpuTimes {
    std::uint64_t busy = 0;    // all but idle, waiting for I/O and stolen
    std::uint64_t stolen = 0;  // by the machine around a virtual one
    std::uint64_t total = 0;
};
std::optional<CpuTimes> read_cpu_times(const std::filesystem::path& root = "/");

/// CPUs that others kept busy, on the mean between two readings during which we did nothing.
struct LoadFacts {
    double busy_cpus = 0;
    double stolen_cpus = 0;
    int cpus = 0;  // the machine's
};
std::optional<LoadFacts> load_between(const CpuTimes& before, const CpuTimes& after, int cpus);

/// The CPUs the machine has; 0 where the kernel does not say.
int count_online_cpus(const std::filesystem::path& root = "/");
/// Those we could use if we asked for all of them: tried, in a thread of its own.
std::vector<int> reachable_cpus();

struct AffinityFacts {
    std::vector<int> usable;
    std::vector<int> reachable;
    int online = 0;
};

Check check_smt(const std::vector<Cpu>& topology);
Check check_governor(const ClockFacts& clock, const Asker& asker);
Check check_turbo(const ClockFacts& clock, const Asker& asker);
Check check_cpu_limit(const std::optional<CpuLimit>& limit, int usable_cpus, const Asker& asker);
Check check_affinity(const AffinityFacts& affinity, const Asker& asker);
Check check_load(const std::optional<LoadFacts>& load);

}  // namespace ftscale::launch
