// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/efficiency.h"

#include <algorithm>
#include <numeric>

namespace ftscale::model {
namespace {

bool has_counts(const Computation& computation) {
    return computation.instructions.value_or(0) > 0 && computation.cycles.value_or(0) > 0;
}

}  // namespace

double busiest_slot_s(std::span<const double> useful_s, int slots) {
    const double sum = std::accumulate(useful_s.begin(), useful_s.end(), 0.0);
    const double longest = useful_s.empty() ? 0 : *std::max_element(useful_s.begin(), useful_s.end());
    return std::max(longest, sum / slots);
}

std::optional<ParallelEfficiency> parallel_efficiency(const ParallelTimes& times) {
    if (times.slots < 1 || times.wall_s <= 0 || times.useful_s <= 0 || times.busiest_s <= 0) return std::nullopt;
    const double mean_s = times.useful_s / times.slots;
    const double most_saved_s = std::max(0.0, times.wall_s - times.busiest_s);
    const double ideal_s = times.wall_s - std::clamp(times.mechanics_s / times.slots, 0.0, most_saved_s);
    return ParallelEfficiency{mean_s / times.wall_s, mean_s / times.busiest_s, times.busiest_s / ideal_s,
                              ideal_s / times.wall_s};
}

std::optional<ComputationEfficiency> computation_efficiency(const Computation& now, const Computation& before,
                                                            double ideal) {
    if (now.seconds <= 0 || before.seconds <= 0) return std::nullopt;
    ComputationEfficiency efficiency;
    efficiency.computation = ideal * before.seconds / now.seconds;
    if (!has_counts(now) || !has_counts(before)) return efficiency;
    efficiency.instructions = ideal * *before.instructions / *now.instructions;
    efficiency.ipc = (*now.instructions / *now.cycles) / (*before.instructions / *before.cycles);
    efficiency.clock = (*now.cycles / now.seconds) / (*before.cycles / before.seconds);
    return efficiency;
}

}  // namespace ftscale::model
