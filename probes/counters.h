// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Counts the ordered events for each thread. Each group of them is counted together with a clock event, which writes
// the counts down at each of its overflows. The clock of group 0 is the sampler's; the others do not signal.
#pragma once

#include <cstdint>

#include "counter_orders.h"
#include "thread_state.h"

namespace ftscale::probe {

/// Opens the calling thread's groups. A group that cannot be opened is counted as dropped; its clock, if it is the
/// sampler's, is opened alone by the sampler. No-op where nothing is counted.
void open_counters(ThreadState& state, std::uint64_t period_ns, bool may_use_cycles);
void close_counters(ThreadState& state);

/// Writes down the thread's counts as they are now.
void write_counter_reading(ThreadState& state);

/// One record for each event.
void write_counter_records(ThreadState& state);

}  // namespace ftscale::probe
