// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "clock_event.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <initializer_list>

#include "high_descriptor.h"
#include "raw_syscall.h"
#include "real.h"

namespace ftscale::probe {
namespace {

constexpr int kTracked = 65536;
std::uint64_t g_our_descriptors[kTracked / 64];  // a bit each; touched when threads begin and end
bool g_record_switches = false;

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

void track(int descriptor, bool open) {
    if (descriptor < 0 || descriptor >= kTracked) return;
    const std::uint64_t bit = std::uint64_t{1} << (descriptor % 64);
    if (open)
        __atomic_fetch_or(&g_our_descriptors[descriptor / 64], bit, __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&g_our_descriptors[descriptor / 64], ~bit, __ATOMIC_RELAXED);
}

perf_event_attr attributes_of(const EventOrder& event) {
    perf_event_attr attributes{};
    attributes.size = sizeof(attributes);
    attributes.type = event.type;
    attributes.config = event.config;
    attributes.config1 = event.config1;
    attributes.config2 = event.config2;
    attributes.exclude_kernel = event.exclude_kernel ? 1 : 0;
    attributes.exclude_hv = 1;
    // All events of a group must have the same clock.
    attributes.use_clockid = g_record_switches ? 1 : 0;
    if (g_record_switches) attributes.clockid = CLOCK_MONOTONIC;
    return attributes;
}

int open_event(perf_event_attr& attributes, int group) {
    constexpr long kThisThread = 0, kAnyCpu = -1;
    return static_cast<int>(real().syscall(SYS_perf_event_open, reinterpret_cast<long>(&attributes), kThisThread,
                                           kAnyCpu, group, PERF_FLAG_FD_CLOEXEC, 0));
}

int open_leader(const ClockOrder& order, bool has_counts) {
    perf_event_attr attributes = attributes_of(order.event);
    attributes.sample_period = order.period;
    attributes.sample_type = PERF_SAMPLE_IP;
    attributes.disabled = 1;
    attributes.pinned = order.pinned ? 1 : 0;
    if (has_counts) {
        attributes.sample_type |= PERF_SAMPLE_READ;
        attributes.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    }
    if (g_record_switches) {
        attributes.sample_type |= PERF_SAMPLE_TIME;
        attributes.context_switch = 1;
        attributes.sample_id_all = 1;
    }
    return open_event(attributes, -1);
}

/// A mapping keeps the event alive when the descriptor is closed: no descriptor is spent on it.
void* open_member(const EventOrder& event, int leader) {
    perf_event_attr attributes = attributes_of(event);
    const int descriptor = open_event(attributes, leader);
    if (descriptor < 0) return nullptr;
    void* mapping = mmap(nullptr, page_bytes(), PROT_READ, MAP_SHARED, descriptor, 0);
    raw_close(descriptor);
    return mapping == MAP_FAILED ? nullptr : mapping;
}

bool open_members(ClockEvent& clock, const Members& members) {
    for (std::size_t i = 0; i < members.count; ++i) {
        clock.member_mappings[i] = open_member(members.events[i], clock.descriptor);
        if (clock.member_mappings[i] == nullptr) return false;
    }
    clock.ring.members = static_cast<std::uint32_t>(members.count);
    return true;
}

std::size_t mapped_bytes(const ClockRing& ring) { return (ring.has_ring ? 2 : 1) * ring.page_bytes; }

bool map_ring(ClockEvent& clock) {
    ClockRing& ring = clock.ring;
    ring.page_bytes = page_bytes();
    // Mapped events count against a limit on locked memory: better no ticks than no samples.
    for (const bool with_ring : {true, false}) {
        ring.has_ring = with_ring;
        ring.mapping = mmap(nullptr, mapped_bytes(ring), PROT_READ, MAP_SHARED, clock.descriptor, 0);
        if (ring.mapping != MAP_FAILED) return true;
    }
    ring.mapping = nullptr;
    return false;
}

void close_descriptor(ClockEvent& clock) {
    track(clock.descriptor, false);
    raw_close(clock.descriptor);
    clock.has_descriptor = false;
}

/// The script may close descriptors it does not know, and the number may by now be another file's.
bool is_still_ours(const ClockEvent& clock) {
    std::uint64_t id = 0;
    return clock.has_descriptor && ioctl(clock.descriptor, PERF_EVENT_IOC_ID, &id) == 0 && id == clock.id;
}

int control(int descriptor, int command, long argument) {
    return real().fcntl(descriptor, command, reinterpret_cast<void*>(argument));
}

/// False where there is no room up there: the numbers below are the script's.
bool move_up(ClockEvent& clock) {
    const int high = copy_up(clock.descriptor);
    if (high < 0) return false;
    raw_close(clock.descriptor);
    clock.descriptor = high;
    track(high, true);
    return true;
}

bool open(ClockEvent& clock, const ClockOrder& order, const Members* members) {
    clock = ClockEvent{};
    clock.event = order.event;
    clock.ring.has_counts = members != nullptr;
    clock.ring.has_switches = g_record_switches;
    clock.descriptor = open_leader(order, members != nullptr);
    if (clock.descriptor < 0) return false;
    clock.has_descriptor = true;
    const bool ok = ioctl(clock.descriptor, PERF_EVENT_IOC_ID, &clock.id) == 0 &&
                    (members == nullptr || open_members(clock, *members)) && map_ring(clock) &&
                    (members == nullptr || move_up(clock)) && ioctl(clock.descriptor, PERF_EVENT_IOC_ENABLE, 0) == 0;
    if (!ok) close_clock(clock);
    return ok;
}

}  // namespace

ClockOrder cpu_clock_order(std::uint64_t period_ns, bool exclude_kernel) {
    return {{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, 0, 0, exclude_kernel}, period_ns, false};
}

bool open_clock(ClockEvent& clock, const ClockOrder& order) { return open(clock, order, nullptr); }

bool open_counting_clock(ClockEvent& clock, const ClockOrder& order, const Members& members) {
    return open(clock, order, &members);
}

void close_clock(ClockEvent& clock) {
    if (is_still_ours(clock)) close_descriptor(clock);
    for (void*& mapping : clock.member_mappings) {
        if (mapping != nullptr) munmap(mapping, page_bytes());
        mapping = nullptr;
    }
    if (clock.ring.mapping != nullptr) munmap(clock.ring.mapping, mapped_bytes(clock.ring));
    clock.ring = ClockRing{};
    clock.has_descriptor = false;
}

bool signal_from(ClockEvent& clock, int signal) {
    if (!is_still_ours(clock)) return false;
    const f_owner_ex owner{F_OWNER_TID, gettid()};
    const bool ok = control(clock.descriptor, F_SETFL, O_ASYNC | O_NONBLOCK) == 0 &&
                    control(clock.descriptor, F_SETSIG, signal) == 0 &&
                    control(clock.descriptor, F_SETOWN_EX, reinterpret_cast<long>(&owner)) == 0;
    // Without counts to read at ends the mapping is enough: the script sees no descriptor of ours.
    if (ok && !clock.ring.has_counts) close_descriptor(clock);
    return ok;
}

void stop_signals(ClockEvent& clock) {
    if (is_still_ours(clock)) control(clock.descriptor, F_SETFL, O_NONBLOCK);
}

bool read_counts(ClockEvent& clock) {
    if (!clock.ring.has_counts || !is_still_ours(clock)) return false;
    std::uint64_t words[1 + sizeof(clock.ring.latest) / sizeof(std::uint64_t)];  // how many values, two times, values
    const std::size_t bytes = (1 + 2 + 1 + clock.ring.members) * sizeof(words[0]);
    if (raw_read(clock.descriptor, words, bytes) != static_cast<long>(bytes)) return false;
    for (std::size_t i = 0; i < 3 + clock.ring.members; ++i) clock.ring.latest[i] = words[1 + i];
    return true;
}

void close_inherited_clocks() {
    for (int word = 0; word < kTracked / 64; ++word)
        for (std::uint64_t bits = g_our_descriptors[word]; bits != 0; bits &= bits - 1) {
            const int descriptor = word * 64 + __builtin_ctzll(bits);
            std::uint64_t id = 0;
            if (ioctl(descriptor, PERF_EVENT_IOC_ID, &id) == 0) raw_close(descriptor);
        }
}

void record_switches(bool wanted) { g_record_switches = wanted; }

}  // namespace ftscale::probe
