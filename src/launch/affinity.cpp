// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/affinity.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace ftscale::launch {
namespace {

struct RankedCpu {
    int sibling;  // how many CPUs of the same core come before it
    Cpu cpu;
};

std::vector<RankedCpu> in_order_of_use(std::vector<Cpu> topology) {
    std::sort(topology.begin(), topology.end(), [](const Cpu& a, const Cpu& b) { return a.id < b.id; });
    std::map<int, int> seen;
    std::vector<RankedCpu> ranked;
    for (const Cpu& cpu : topology) ranked.push_back({seen[cpu.core]++, cpu});
    std::sort(ranked.begin(), ranked.end(), [](const RankedCpu& a, const RankedCpu& b) {
        return std::tie(a.sibling, a.cpu.package, a.cpu.id) < std::tie(b.sibling, b.cpu.package, b.cpu.id);
    });
    return ranked;
}

}  // namespace

Placement choose_cpus(const std::vector<Cpu>& topology, int threads) {
    Placement placement;
    for (const RankedCpu& ranked : in_order_of_use(topology)) {
        if (static_cast<int>(placement.cpus.size()) == threads) break;
        placement.cpus.push_back(ranked.cpu.id);
        placement.smt_siblings = placement.smt_siblings || ranked.sibling > 0;
    }
    placement.oversubscribed = threads > static_cast<int>(placement.cpus.size());
    std::sort(placement.cpus.begin(), placement.cpus.end());
    return placement;
}

}  // namespace ftscale::launch
