// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/verdict.h"

namespace ftscale::launch {
namespace {

Ladder sampling(const Trial& trial) {
    Ladder ladder{"sampling", {"cycles", "cpu-clock", "cpu-timer"}, {}, "work is not split by function"};
    if (trial.sampler != format::Sampler::None)
        ladder.used = static_cast<std::size_t>(trial.sampler) - static_cast<std::size_t>(format::Sampler::Cycles);
    return ladder;
}

Ladder contention(const Trial& trial, const LadderFacts& facts) {
    Ladder ladder{"contention", {"PMU events", "instruction decoding"}, {}, "contended reference counts stand in work"};
    if (trial.sampler == format::Sampler::None) return ladder;
    if (facts.memory_can_be_read && trial.dropped_objects == 0) ladder.used = 1;
    if (facts.has_contention_events && trial.dropped_counters == 0) ladder.used = 0;
    return ladder;
}

Ladder run_queue(const Trial& trial, const LadderFacts& facts) {
    Ladder ladder{"run queue", {"schedstat", "switch records"}, {}, "it stands in unknown"};
    if (trial.has_run_delay && facts.schedstat_counts) ladder.used = 0;
    if ((trial.facts.flags & format::kRunDelayOfSwitches) != 0) ladder.used = 1;
    return ladder;
}

Ladder kernel_share(const Trial& trial) {
    Ladder ladder{"kernel share", {"samples", "CPU time less samples"}, {}, "it stands in work"};
    if ((trial.facts.flags & format::kKernelSampled) != 0) ladder.used = 0;
    if ((trial.facts.flags & format::kKernelExcluded) != 0) ladder.used = 1;
    return ladder;
}

}  // namespace

std::vector<Ladder> ladders_used(const Trial& trial, const LadderFacts& facts) {
    return {sampling(trial), contention(trial, facts), run_queue(trial, facts), kernel_share(trial)};
}

bool is_profile_possible(const Trial& trial) { return trial.failure.empty() && !trial.refusal; }

}  // namespace ftscale::launch
