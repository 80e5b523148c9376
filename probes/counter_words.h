// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include "thread_state.h"

namespace ftscale::probe {

/// The thread's counts as of the latest overflow or reading of each of its clocks, in the order of
/// format::CounterReading. How many words were written: 0 where nothing is counted. Safe in a signal handler.
std::size_t write_counter_words(const ThreadState& state, std::uint64_t (&out)[format::kMostCounterWords]);

/// Reads what the clocks of further groups have written. Safe in a signal handler.
void read_further_rings(ThreadState& state);

}  // namespace ftscale::probe
