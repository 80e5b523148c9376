// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "clock_ring.h"

#include <linux/perf_event.h>

#include <cstring>

namespace ftscale::probe {
namespace {

constexpr std::uint64_t kMostTicks = 64;  // of one call; older ones say nothing new
// A sample is a header and the address; the time, where switches are recorded; the counts, where there are members:
// how many values there are, two times, the values. See perf_event_open(2).
constexpr std::size_t kWord = 8;
constexpr std::size_t kTimes = 2;
// A switch is a header and the time.
constexpr std::size_t kSwitchBytes = 2 * kWord;

std::size_t counts_offset(const ClockRing& ring) { return (ring.has_switches ? 3 : 2) * kWord; }

std::size_t sample_bytes(const ClockRing& ring) {
    return counts_offset(ring) + (ring.has_counts ? 1 + kTimes + 1 + ring.members : 0) * kWord;
}

/// The ring's page. The kernel overwrites the oldest for ever, as the mapping is read-only; a record may begin at the
/// page's end and go on at its begin.
class RingPage {
  public:
    explicit RingPage(const ClockRing& ring)
        : page_bytes_(ring.page_bytes), data_(static_cast<const char*>(ring.mapping) + page_bytes_) {}

    std::size_t size() const { return page_bytes_; }
    std::uint64_t word(std::uint64_t at) const {
        std::uint64_t value = 0;
        std::memcpy(&value, data_ + at % page_bytes_, kWord);  // all records are made of words
        return value;
    }
    perf_event_header header(std::uint64_t at) const {
        const std::uint64_t first = word(at);
        perf_event_header header;
        std::memcpy(&header, &first, sizeof(header));
        return header;
    }

  private:
    std::size_t page_bytes_;
    const char* data_;
};
static_assert(sizeof(perf_event_header) == kWord);

bool is_in_kernel(const perf_event_header& header) {
    return (header.misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
}

void note_switch(ClockRing& ring, const perf_event_header& header, std::uint64_t time_ns) {
    if ((header.misc & PERF_RECORD_MISC_SWITCH_OUT) != 0) {
        ring.switched_out_ns = (header.misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0 ? time_ns : 0;
    } else if (ring.switched_out_ns != 0) {
        ring.preempted_ns += time_ns - ring.switched_out_ns;
        ring.switched_out_ns = 0;
    }
}

void take_counts(ClockRing& ring, const RingPage& page, std::uint64_t sample_at) {
    const std::uint64_t counts = sample_at + counts_offset(ring);
    const std::size_t values = 1 + ring.members;
    if (page.word(counts) != values) return;
    if (page.word(counts + kWord) < ring.latest[0]) return;  // older than what was read at a mark
    for (std::size_t i = 0; i < kTimes + values; ++i) ring.latest[i] = page.word(counts + (1 + i) * kWord);
}

/// Where to begin: what was overwritten is gone. Samples alone are all of one size, so that the last of them are found.
std::uint64_t begin_of_news(const ClockRing& ring, const RingPage& page, std::uint64_t head) {
    const std::uint64_t sample = sample_bytes(ring);
    const std::uint64_t fits = page.size() / sample;
    const std::uint64_t most = (fits < kMostTicks ? fits : kMostTicks) * sample;
    if (head - ring.seen <= most) return ring.seen;
    if (ring.has_switches) return head - ring.seen <= page.size() ? ring.seen : head;
    return head - most;
}

}  // namespace

Ticks read_ring(ClockRing& ring) {
    if (!ring.has_ring) return {};
    const auto* control = static_cast<const perf_event_mmap_page*>(ring.mapping);
    const std::uint64_t head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
    const RingPage page(ring);
    std::uint64_t at = begin_of_news(ring, page, head);
    ring.seen = head;
    Ticks ticks;
    std::uint64_t last_sample = head;
    while (at < head) {
        const perf_event_header header = page.header(at);
        if (header.type == PERF_RECORD_SAMPLE && header.size == sample_bytes(ring)) {
            ++ticks.count;
            ticks.in_kernel = static_cast<std::uint16_t>(ticks.in_kernel + (is_in_kernel(header) ? 1 : 0));
            last_sample = at;
        } else if (header.type == PERF_RECORD_SWITCH && header.size == kSwitchBytes) {
            note_switch(ring, header, page.word(at + kWord));
        }
        // Throttling leaves longer records, whose sizes are multiples of 8 too.
        if (header.size < sizeof(header) || header.size % kWord != 0) break;
        at += header.size;
    }
    if (ring.has_counts && last_sample + sample_bytes(ring) <= head) take_counts(ring, page, last_sample);
    return ticks;
}

}  // namespace ftscale::probe
