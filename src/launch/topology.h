// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

namespace ftscale::launch {

/// A logical CPU and the physical core it belongs to.
struct Cpu {
    int id = 0;
    int package = 0;
    int core =
        0;  // equal for SMT siblings, different otherwise: the lowest CPU number of the core, whether usable or not
    friend bool operator==(const Cpu&, const Cpu&) = default;
};

/// The CPUs this process may use, ascending.
std::vector<int> usable_cpus();

/// What sysfs below `root` ("/", or a test's own tree) says of these CPUs. Where it says nothing each CPU is a core of
/// its own.
std::vector<Cpu> read_topology(const std::vector<int>& cpus, const std::filesystem::path& root = "/");

int count_physical_cores(const std::vector<Cpu>& cpus);

}  // namespace ftscale::launch
