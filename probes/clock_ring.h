// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A *clock event* is a perf event of one thread that overflows after every period of that thread's CPU time or cycles.
// At each overflow the kernel writes a record into the event's ring: where the CPU was, and what the event's group has
// counted. A signal is delivered only when the thread returns to its own code, so the handler cannot see the kernel;
// the record tells. And reading the group's counts costs no system call.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ftscale/recording_format.h"

namespace ftscale::probe {

/// The mapping of one clock event, and how far its ring was read.
struct ClockRing {
    void* mapping = nullptr;         // keeps the event alive: the event's own page, then the ring; null: no event
    std::size_t page_bytes = 0;      // of each
    bool has_ring = false;           // false: locked memory was scarce
    bool has_counts = false;         // the ring tells what was counted
    std::uint32_t members = 0;       // events counted together with the clock; the clock's own count stands before them
    bool has_switches = false;       // the ring tells when the thread was switched out and in
    std::uint64_t seen = 0;          // how far the ring was read
    std::uint64_t preempted_ns = 0;  // until then: switched out while it could have run
    std::uint64_t switched_out_ns = 0;  // preempted since; 0: not
    /// Of the latest overflow: nanoseconds enabled, nanoseconds running, the clock's own count, its members' counts.
    std::uint64_t latest[3 + format::kMostCounters] = {};
};

struct Ticks {
    std::uint16_t count = 0;      // since the last call; 0: not known
    std::uint16_t in_kernel = 0;  // of these
};

/// Reads what the kernel has written since the last call. Safe in a signal handler.
Ticks read_ring(ClockRing& ring);

}  // namespace ftscale::probe
