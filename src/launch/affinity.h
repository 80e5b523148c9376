// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "launch/topology.h"

namespace ftscale::launch {

/// Where a run's threads may run.
struct Placement {
    std::vector<int> cpus;        // ascending
    bool smt_siblings = false;    // two threads share a physical core
    bool oversubscribed = false;  // more threads than CPUs
};

/// One CPU per thread: a physical core each while there are some, package after package (so that the fewest threads
/// reach across sockets), then the cores' SMT siblings. All CPUs when there are more threads than CPUs. Pure.
Placement choose_cpus(const std::vector<Cpu>& topology, int threads);

}  // namespace ftscale::launch
