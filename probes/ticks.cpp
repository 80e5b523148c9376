// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "ticks.h"

#include <linux/perf_event.h>
#include <unistd.h>

#include <cstring>

namespace ftscale::probe {
namespace {

// With PERF_SAMPLE_IP alone the kernel writes 16 bytes a tick: a header, and the address. The page is mapped read-only,
// so it overwrites the oldest for ever.
struct Tick {
    perf_event_header header;
    std::uint64_t address;
};
static_assert(sizeof(Tick) == 16);
constexpr std::size_t kPageBytes = 4096;
constexpr std::uint64_t kMostTicks = 64;  // of one sample; older ones say nothing new

bool is_in_kernel(const perf_event_header& header) {
    return (header.misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
}

}  // namespace

std::size_t tick_ring_bytes() { return 2 * kPageBytes; }

Ticks take_ticks(ThreadState& state) {
    if ((state.sampler_flags & format::kKernelSampled) == 0 || state.sampler_event == nullptr) return {};
    const auto* page = static_cast<const perf_event_mmap_page*>(state.sampler_event);
    const std::uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
    std::uint64_t at = state.ticks_seen;
    if (head - at > kMostTicks * sizeof(Tick)) at = head - kMostTicks * sizeof(Tick);
    state.ticks_seen = head;
    const char* ring = static_cast<const char*>(state.sampler_event) + kPageBytes;
    Ticks ticks;
    while (at + sizeof(Tick) <= head) {
        // No more than the header: what is behind it may stand at the ring's begin again.
        perf_event_header header;
        std::memcpy(&header, ring + at % kPageBytes, sizeof(header));
        const bool is_tick = header.type == PERF_RECORD_SAMPLE && header.size == sizeof(Tick);
        if (is_tick) {
            ++ticks.count;
            ticks.in_kernel = static_cast<std::uint16_t>(ticks.in_kernel + (is_in_kernel(header) ? 1 : 0));
        }
        // Throttling leaves longer records, whose sizes are multiples of 8 too.
        const std::size_t size = header.size;
        if (size < sizeof(perf_event_header) || size % 8 != 0) return ticks;
        at += size;
    }
    return ticks;
}

}  // namespace ftscale::probe
