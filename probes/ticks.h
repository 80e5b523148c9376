// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Where the CPU was each time the sampler's clock struck. A signal is delivered only when the thread returns to its own
// code, so the handler cannot see the kernel; the kernel's own record of each tick tells.
#pragma once

#include <cstddef>
#include <cstdint>

#include "thread_state.h"

namespace ftscale::probe {

struct Ticks {
    std::uint16_t count = 0;      // since the last call; 0: not known
    std::uint16_t in_kernel = 0;  // of these
};

/// Reads what the thread's perf event has written since the last call. Safe in a signal handler.
Ticks take_ticks(ThreadState& state);

/// Bytes to map of a perf event: its own page and one for the ring.
std::size_t tick_ring_bytes();

}  // namespace ftscale::probe
