// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Counts by what they tell (recording::Counter::role) rather than by the event's name, which differs between machines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/analysis.h"

namespace ftscale::analysis {

namespace role {
inline constexpr std::string_view kCycles = "cycles";
inline constexpr std::string_view kInstructions = "instructions";
inline constexpr std::string_view kCacheMisses = "cache_misses";      // of the last level
inline constexpr std::string_view kLineTransfers = "line_transfers";  // served by a line another core has modified
inline constexpr std::string_view kLockedLoads = "locked_loads";
inline constexpr std::string_view kMemoryOrderClears = "memory_order_clears";
inline constexpr std::string_view kExclusiveFailures = "exclusive_failures";
inline constexpr std::string_view kRemoteAccesses = "remote_accesses";
}  // namespace role

/// The first that counted; null where none did.
const CounterFacts* find_counter(const Measurement& measurement, std::string_view role);

/// Absent where no counter of this role counted there.
std::optional<double> count_of(const Counts& counts, const Measurement& measurement, std::string_view role);

/// Instructions per cycle; absent without both.
std::optional<double> instructions_per_cycle(const Counts& counts, const Measurement& measurement);

/// The counter's count per thousand instructions; a counter without a count where instructions were counted counted
/// nothing there, 0. Absent without instructions.
std::optional<double> per_kiloinstruction(const Counts& counts, const Measurement& measurement,
                                          const std::string& counter);

}  // namespace ftscale::analysis
