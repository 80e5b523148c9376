// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/other_use.h"

#include <algorithm>

#include "recording/disturbance.h"

namespace ftscale::analysis {

void OtherCosts::add(const recording::Run& run, bool is_disturbed, const recording::Machine& machine) {
    ++runs_;
    disturbed_ += is_disturbed ? 1 : 0;
    const double run_s = recording::running_s(run);
    if (!run.other_load || run_s <= 0) return;
    ++known_;
    const double stolen = std::min(recording::taken_cpus(run, machine), run.other_load->stolen_s / run_s);
    stolen_cpus_ += stolen;
    cpus_ += recording::taken_cpus(run, machine) - stolen;
    for (const recording::Leftover& process : run.other_load->busiest)
        commands_[process.command] += process.cpu_s / run_s;
}

std::optional<OtherUse> OtherCosts::means() const {
    if (known_ == 0) return std::nullopt;
    constexpr std::size_t kMostNamed = 3;
    OtherUse use;
    use.cpus = cpus_ / known_;
    use.stolen_cpus = stolen_cpus_ / known_;
    use.runs = runs_;
    use.disturbed = disturbed_;
    for (const auto& [command, cpus] : commands_) use.busiest.emplace_back(command, cpus / known_);
    std::stable_sort(use.busiest.begin(), use.busiest.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    if (use.busiest.size() > kMostNamed) use.busiest.resize(kMostNamed);
    return use;
}

}  // namespace ftscale::analysis
