// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "sampler_clock.h"

namespace ftscale::probe {

bool start_clock(ThreadState& state, const ClockOrder& order) {
    ClockEvent& clock = state.clocks[0];
    const bool is_open = clock.ring.mapping != nullptr;
    if (is_open && !clock.event.same_event(order.event)) return false;
    if (!is_open && !open_clock(clock, order)) return false;
    if (!signal_from(clock, sample_signal())) return false;
    const bool has_ring = clock.ring.has_ring;
    state.sampler_flags = (order.event.exclude_kernel ? format::kKernelExcluded
                           : has_ring                 ? format::kKernelSampled
                                                      : 0U) |
                          (clock.ring.has_switches && has_ring ? format::kRunDelayOfSwitches : 0U);
    return true;
}

void stop_clock(ThreadState& state) {
    ClockEvent& clock = state.clocks[0];
    if (clock.ring.has_counts)
        stop_signals(clock);
    else
        close_clock(clock);
}

}  // namespace ftscale::probe
