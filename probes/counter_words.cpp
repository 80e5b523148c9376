// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counter_words.h"

#include "counter_orders.h"

namespace ftscale::probe {
namespace {

// Places in ClockRing::latest.
constexpr std::size_t kEnabled = 0, kRunning = 1, kClockCount = 2, kFirstMember = 3;

}  // namespace

std::size_t write_counter_words(const ThreadState& state, std::uint64_t (&out)[format::kMostCounterWords]) {
    const CounterOrders& orders = g_counter_orders;
    if (!state.counts) return 0;
    std::size_t words = 0;
    std::size_t member = kFirstMember;
    for (std::size_t i = 0; i < orders.count; ++i) {
        const CounterOrder& order = orders.counters[i];
        const ClockEvent& clock = state.clocks[order.group];
        if (i == 0 || order.group != orders.counters[i - 1].group) {
            out[words++] = clock.ring.latest[kEnabled];
            out[words++] = clock.ring.latest[kRunning];
            member = kFirstMember;
        }
        const bool is_clock = order.event.same_event(clock.event);
        out[words++] = clock.ring.latest[is_clock ? kClockCount : member++];
    }
    return words;
}

void read_further_rings(ThreadState& state) {
    if (!state.counts) return;
    for (std::size_t group = 1; group < format::kMostCounterGroups; ++group) read_ring(state.clocks[group].ring);
}

}  // namespace ftscale::probe
