// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a machine's CPUs were used for while a run was made: what is left when the run's own CPU time is taken off was
// somebody else's. The kernel accounts for whole CPUs in clock ticks, so little is known of short runs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "launch/leftovers.h"
#include "recording/manifest.h"

namespace ftscale::launch {

/// Seconds since the machine was started, of one CPU or several.
struct CpuTimes {
    double busy_s = 0;    // running anything, interrupts included
    double stolen_s = 0;  // the hypervisor ran somebody else
};

/// By CPU, from the text of /proc/stat. `ticks_per_s`: of its figures.
std::map<int, CpuTimes> parse_cpu_times(const std::string& stat, double ticks_per_s);

/// Microseconds in which some task waited for a CPU, from the text of /proc/pressure/cpu; nothing where it is not such.
std::optional<std::uint64_t> parse_cpu_pressure(const std::string& text);

/// What the CPUs do from now on until it is stopped.
class CpuWatch {
  public:
    CpuWatch();
    void stop();

    /// What others took of these CPUs. `own_cpu_s`: CPU time there of what was watched, and of whatever belongs
    /// to it. Absent where the kernel does not tell.
    std::optional<recording::OtherLoad> others_on(const std::vector<int>& cpus, double own_cpu_s) const;

  private:
    struct Now {
        std::map<int, CpuTimes> cpus;
        std::optional<std::uint64_t> pressure_us;
        std::map<pid_t, ProcessTimes> processes;
    };
    static Now look();
    std::vector<recording::Leftover> find_busiest(double others_s) const;

    Now before_, after_;
};

}  // namespace ftscale::launch
