// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/counter_roles.h"

#include <algorithm>

namespace ftscale::analysis {

const CounterFacts* find_counter(const Measurement& measurement, std::string_view role) {
    const auto found = std::find_if(measurement.counters.begin(), measurement.counters.end(),
                                    [role](const CounterFacts& counter) { return counter.role == role; });
    return found == measurement.counters.end() ? nullptr : &*found;
}

std::optional<double> count_of(const Counts& counts, const Measurement& measurement, std::string_view role) {
    const CounterFacts* counter = find_counter(measurement, role);
    if (counter == nullptr) return std::nullopt;
    const auto found = counts.find(counter->name);
    return found == counts.end() ? std::nullopt : std::optional(found->second);
}

std::optional<double> instructions_per_cycle(const Counts& counts, const Measurement& measurement) {
    const auto instructions = count_of(counts, measurement, role::kInstructions);
    const auto cycles = count_of(counts, measurement, role::kCycles);
    if (!instructions || cycles.value_or(0) <= 0) return std::nullopt;
    return *instructions / *cycles;
}

std::optional<double> per_kiloinstruction(const Counts& counts, const Measurement& measurement,
                                          const std::string& counter) {
    const auto instructions = count_of(counts, measurement, role::kInstructions);
    if (instructions.value_or(0) <= 0) return std::nullopt;
    const auto found = counts.find(counter);
    return found == counts.end() ? 0 : 1e3 * found->second / *instructions;
}

}  // namespace ftscale::analysis
