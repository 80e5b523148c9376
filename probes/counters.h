// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The events that the tool ordered to be counted for each thread: see kEnvCounters. Each group of them is counted
// together with a clock event, which writes the counts down at each of its overflows. The clock of group 0 is the
// sampler's; the others do not signal.
#pragma once

#include <cstdint>

#include "clock_event.h"
#include "thread_state.h"

namespace ftscale::probe {

struct CounterOrder {
    EventOrder event;
    std::uint32_t group = 0;
    const char* name = "";
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

/// Opens the calling thread's groups. A group that cannot be opened is counted as dropped; its clock, if it is the
/// sampler's, is opened alone by the sampler. No-op where nothing is counted.
void open_counters(ThreadState& state, std::uint64_t period_ns, bool may_use_cycles);
void close_counters(ThreadState& state);

/// Writes down the thread's counts as they are now.
void write_counter_reading(ThreadState& state);

/// One record for each event.
void write_counter_records(ThreadState& state);

}  // namespace ftscale::probe
