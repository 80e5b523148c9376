// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/measurement.h"

#include <algorithm>
#include <iterator>

#include "analysis/losses.h"
#include "recording/sampler_name.h"

namespace ftscale::analysis {
namespace {

void add_dropped(const format::ThreadStat& stat, Measurement& measurement) {
    for (std::size_t i = 0; i < std::size(stat.dropped); ++i) {
        // What found no room is counted apart: a thread whose stream broke off has told no totals.
        if (stat.dropped[i] == 0 || i == static_cast<std::size_t>(format::DropReason::StreamFull)) continue;
        const bool known = i < std::size(format::kDropReasonNames);
        measurement.dropped[known ? format::kDropReasonNames[i] : "reason_" + std::to_string(i)] += stat.dropped[i];
    }
    measurement.truncated_stacks += stat.truncated_stacks;
}

void add_gil(const recording::Process& process, Gil& gil) {
    gil.on_at_start = gil.on_at_start || process.gil_at_start.value_or(0) > 0;
    gil.on_at_end = gil.on_at_end || process.gil_at_end.value_or(0) > 0;
    for (const std::string& module : process.gil_modules)
        if (std::find(gil.modules.begin(), gil.modules.end(), module) == gil.modules.end())
            gil.modules.push_back(module);
}

void add_thinning(const UsedRun& used, std::vector<ThinningStep>& all) {
    if (used.trace->processes.empty()) return;
    const recording::Process& script = used.trace->processes.front();
    const std::uint64_t begin_ns = script.script_begin_ns.value_or(script.begin_ns);
    std::vector<ThinningStep> steps;
    for (const recording::Process& process : used.trace->processes)
        for (const format::Thinning& thinning : process.thinnings)
            steps.push_back({used.run->threads, used.run->repeat,
                             static_cast<double>(thinning.from_ns - std::min(begin_ns, thinning.from_ns)) * 1e-9,
                             1U << std::min(thinning.sample_level, 31U), 1U << std::min(thinning.event_level, 31U),
                             thinning.limit_bytes});
    std::stable_sort(steps.begin(), steps.end(),
                     [](const ThinningStep& a, const ThinningStep& b) { return a.from_s < b.from_s; });
    all.insert(all.end(), steps.begin(), steps.end());
}

}  // namespace

Measurement summarise_measurement(const std::vector<UsedRun>& runs) {
    Measurement measurement;
    double cpu_ns = 0, probe_ns = 0;
    for (const UsedRun& used : runs) {
        add_thinning(used, measurement.thinning);
        for (const recording::Process& process : used.trace->processes) {
            if (measurement.sampler.empty()) measurement.sampler = recording::sampler_name(process.sampler);
            if (measurement.frequency_hz == 0 && process.period_ns > 0)
                measurement.frequency_hz = 1e9 / static_cast<double>(process.period_ns);
            add_gil(process, measurement.gil);
            if (const std::uint64_t records = records_without_room(process); records > 0)
                measurement
                    .dropped[format::kDropReasonNames[static_cast<std::size_t>(format::DropReason::StreamFull)]] +=
                    records;
            measurement.run_delay_of_switches |= (process.facts.flags & format::kRunDelayOfSwitches) != 0;
            for (const recording::Thread& thread : process.threads) {
                measurement.samples += thread.samples.size();
                if (!thread.stat) continue;
                add_dropped(*thread.stat, measurement);
                cpu_ns += static_cast<double>(thread.stat->cpu_ns);
                probe_ns += static_cast<double>(thread.stat->probe_ns);
            }
        }
    }
    if (cpu_ns > 0) measurement.probe_cost_share = probe_ns / cpu_ns;
    return measurement;
}

}  // namespace ftscale::analysis
