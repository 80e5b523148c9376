// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counter_orders.h"

#include <cstdlib>
#include <cstring>

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
    const auto bytes = static_cast<std::size_t>(text + length - at);
    std::memcpy(out.name, at, bytes < kMostCounterName ? bytes : kMostCounterName);
    return true;
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
    // The sampler opens it itself where group 0 has no events.
    out.cycles.pinned = out.count != 0 && out.counters[out.count - 1].group != 0;
}

}  // namespace ftscale::probe
