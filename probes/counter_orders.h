// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The events that the tool ordered to be counted for each thread: see kEnvCounters.
#pragma once

#include <cstddef>
#include <cstdint>

#include "clock_event.h"

namespace ftscale::probe {

inline constexpr std::size_t kMostCounterName = 159;

struct CounterOrder {
    EventOrder event;
    std::uint32_t group = 0;
    char name[kMostCounterName + 1] = {};  // cut off where it is longer
};

/// What the tool ordered. Written by the constructor, read when threads begin.
struct CounterOrders {
    CounterOrder counters[format::kMostCounters];
    std::size_t count = 0;
    bool has_cycles = false;
    ClockOrder cycles;  // for the sampler; counts that stand in group 0 as well are those of the clock itself
};
extern CounterOrders g_counter_orders;

/// Both as in the environment; null where absent. What cannot be read is left out.
void parse_counter_orders(const char* counters, const char* cycles, CounterOrders& out);

}  // namespace ftscale::probe
