// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters.h"

#include <cstdlib>
#include <cstring>

#include "counter_words.h"

namespace ftscale::probe {

CounterOrders g_counter_orders;

namespace {

/// Takes the hexadecimal number that `at` begins with, and the slash behind it.
bool take_number(const char*& at, std::uint64_t& out) {
    char* end = nullptr;
    out = std::strtoull(at, &end, 16);
    if (end == at || *end != '/') return false;
    at = end + 1;
    return true;
}

bool parse_counter(const char* text, std::size_t length, CounterOrder& out) {
    std::uint64_t group = 0, type = 0, flags = 0;
    const char* at = text;
    EventOrder& event = out.event;
    const bool ok = take_number(at, group) && take_number(at, type) && take_number(at, event.config) &&
                    take_number(at, event.config1) && take_number(at, event.config2) && take_number(at, flags);
    if (!ok || at >= text + length || group >= format::kMostCounterGroups) return false;
    event.type = static_cast<std::uint32_t>(type);
    event.exclude_kernel = (flags & format::kExcludeKernel) != 0;
    out.group = static_cast<std::uint32_t>(group);
    out.name = strndup(at, static_cast<std::size_t>(text + length - at));  // for the process's life
    return out.name != nullptr;
}

bool parse_cycles(const char* text, ClockOrder& out) {
    std::uint64_t type = 0, flags = 0;
    const char* at = text;
    if (!take_number(at, type) || !take_number(at, out.event.config) || !take_number(at, out.period)) return false;
    flags = std::strtoull(at, nullptr, 16);
    out.event.type = static_cast<std::uint32_t>(type);
    out.event.exclude_kernel = (flags & format::kExcludeKernel) != 0;
    return out.period != 0;
}

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

/// What the clock itself counts takes no counter of its own.
bool open_group(ClockEvent& clock, const Group& group, const ClockOrder& order) {
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

void parse_counter_orders(const char* counters, const char* cycles, CounterOrders& out) {
    out.has_cycles = cycles != nullptr && parse_cycles(cycles, out.cycles);
    const char* at = counters != nullptr ? counters : "";
    while (*at != 0 && out.count < format::kMostCounters) {
        const std::size_t length = std::strcspn(at, " ");
        CounterOrder order;
        if (length != 0 && parse_counter(at, length, order)) out.counters[out.count++] = order;
        at += length + (at[length] != 0 ? 1 : 0);
    }
}

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
