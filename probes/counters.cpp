// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters.h"

#include <cstring>

#include "counter_words.h"

namespace ftscale::probe {

namespace {

/// The orders of one group.
struct Group {
    std::size_t begin = 0, end = 0;
};

Group group_at(std::size_t begin) {
    const CounterOrders& orders = g_counter_orders;
    Group group{begin, begin};
    while (group.end < orders.count && orders.counters[group.end].group == orders.counters[begin].group) ++group.end;
    return group;
}

/// Without being pinned the sampler's group would have its turns like the others, and there would be no samples
/// meanwhile. Only then: a pinned event that once finds no counter never counts again.
bool is_pinned(const Group& group) {
    const CounterOrders& orders = g_counter_orders;
    return orders.counters[group.begin].group == 0 && orders.counters[orders.count - 1].group != 0;
}

/// What the clock itself counts takes no counter of its own.
bool open_group(ClockEvent& clock, const Group& group, ClockOrder order) {
    order.pinned = is_pinned(group);
    Members members;
    for (std::size_t i = group.begin; i < group.end; ++i) {
        const EventOrder& event = g_counter_orders.counters[i].event;
        if (!event.same_event(order.event)) members.events[members.count++] = event;
    }
    return open_counting_clock(clock, order, members);
}

/// Where the kernel's side may not be sampled (perf_event_paranoid), its own code still can.
bool open_with_cpu_clock(ClockEvent& clock, const Group& group, std::uint64_t period_ns) {
    return open_group(clock, group, cpu_clock_order(period_ns, false)) ||
           open_group(clock, group, cpu_clock_order(period_ns, true));
}

}  // namespace

void open_counters(ThreadState& state, std::uint64_t period_ns, bool may_use_cycles) {
    const CounterOrders& orders = g_counter_orders;
    if (orders.count == 0 || period_ns == 0) return;
    for (std::size_t begin = 0; begin < orders.count;) {
        const Group group = group_at(begin);
        begin = group.end;
        ClockEvent& clock = state.clocks[orders.counters[group.begin].group];
        const bool is_samplers = orders.counters[group.begin].group == 0;
        const bool by_cycles =
            is_samplers && may_use_cycles && orders.has_cycles && open_group(clock, group, orders.cycles);
        if (!by_cycles && !open_with_cpu_clock(clock, group, period_ns)) state.drop(format::DropReason::Counters);
    }
    state.counts = true;
}

void close_counters(ThreadState& state) {
    for (ClockEvent& clock : state.clocks) close_clock(clock);
    state.counts = false;
}

void write_counter_reading(ThreadState& state) {
    if (!state.counts) return;
    for (ClockEvent& clock : state.clocks) read_counts(clock);
    std::uint64_t words[format::kMostCounterWords];
    const format::CounterReading body{static_cast<std::uint32_t>(write_counter_words(state, words)), 0};
    state.stream.write_with_text(format::RecordType::CounterReading, body, reinterpret_cast<const char*>(words),
                                 body.words * sizeof(words[0]));
}

void write_counter_records(ThreadState& state) {
    for (std::size_t i = 0; i < g_counter_orders.count; ++i) {
        const CounterOrder& order = g_counter_orders.counters[i];
        const std::size_t bytes = std::strlen(order.name);
        const format::Counter body{static_cast<std::uint32_t>(i), order.group, static_cast<std::uint32_t>(bytes),
                                   order.event.exclude_kernel ? format::kUserOnly : 0U};
        state.stream.write_with_text(format::RecordType::Counter, body, order.name, bytes);
    }
}

}  // namespace ftscale::probe
