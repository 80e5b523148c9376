// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Opens clock events (clock_ring.h) and the events counted together with them. Called by the thread itself, never from
// a signal handler.
#pragma once

#include <cstddef>
#include <cstdint>

#include "clock_ring.h"

namespace ftscale::probe {

/// As the tool orders them: see kEnvCounters and kEnvCycles.
struct EventOrder {
    std::uint32_t type = 0;
    std::uint64_t config = 0, config1 = 0, config2 = 0;
    bool exclude_kernel = false;
    bool same_event(const EventOrder& other) const {
        return type == other.type && config == other.config && config1 == other.config1 && config2 == other.config2 &&
               exclude_kernel == other.exclude_kernel;
    }
};

/// What a clock event counts, and after how much of it it overflows.
struct ClockOrder {
    EventOrder event;
    std::uint64_t period = 0;
    bool pinned = false;  // always on the CPU's counters, whatever groups take turns on the others
};
/// The software clock: `period_ns` of the thread's CPU time.
ClockOrder cpu_clock_order(std::uint64_t period_ns, bool exclude_kernel);

/// A thread's clock event together with its members.
struct ClockEvent {
    ClockRing ring;
    EventOrder event;             // what the clock itself counts
    bool has_descriptor = false;  // kept open where counts are read at ends
    int descriptor = 0;
    std::uint64_t id = 0;  // the kernel's number of the event: tells whether the descriptor is still ours
    void* member_mappings[format::kMostCounters] = {};
};

/// The events that are counted together with a clock.
struct Members {
    EventOrder events[format::kMostCounters];
    std::size_t count = 0;
};

/// Opens and starts a clock that nothing is counted with. False, and nothing is left, when the kernel refuses.
bool open_clock(ClockEvent& clock, const ClockOrder& order);
/// Likewise, with members, of which there may be none: then the clock's own count is what is wanted. False also when
/// descriptors or locked memory run out.
bool open_counting_clock(ClockEvent& clock, const ClockOrder& order, const Members& members);
void close_clock(ClockEvent& clock);

/// From now on each overflow sends `signal` to the calling thread.
bool signal_from(ClockEvent& clock, int signal);
/// No more signals; what is counted goes on being counted.
void stop_signals(ClockEvent& clock);

/// Reads the counts as they are now into ring.latest. False when the descriptor is no longer ours: then `latest` is of
/// the latest overflow.
bool read_counts(ClockEvent& clock);

/// In a fork's child: gives the parent's descriptors up.
void close_inherited_clocks();

/// Whether clocks opened from now on record when their thread is switched out and in.
void record_switches(bool wanted);

}  // namespace ftscale::probe
