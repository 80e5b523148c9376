// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "clock_ring.h"

#include <linux/perf_event.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "support/catch.h"

using namespace ftscale;
using namespace ftscale::probe;

namespace {

constexpr std::size_t kPage = 4096;

/// A perf event's pages as the kernel writes them, with nothing mapped behind them.
class Event {
  public:
    Event() {
        void* mapping = mmap(nullptr, 3 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(mapping != MAP_FAILED);
        REQUIRE(mprotect(static_cast<char*>(mapping) + 2 * kPage, kPage, PROT_NONE) == 0);
        pages_ = static_cast<char*>(mapping);
        ring_.mapping = pages_;
        ring_.page_bytes = kPage;
        ring_.has_ring = true;
    }
    ~Event() { munmap(pages_, 3 * kPage); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    void tick(bool in_kernel, int times = 1) {
        for (int i = 0; i < times; ++i)
            record(PERF_RECORD_SAMPLE, in_kernel ? PERF_RECORD_MISC_KERNEL : PERF_RECORD_MISC_USER, 16);
    }
    /// `content`: words behind the header, the last one repeated.
    void record(std::uint32_t type, std::uint16_t misc, std::uint16_t size,
                const std::vector<std::uint64_t>& content = {0}) {
        auto* page = reinterpret_cast<perf_event_mmap_page*>(pages_);
        const perf_event_header header{type, misc, size};
        for (std::size_t at = 0; at < (size == 0 ? sizeof(header) : size); at += 8) {
            char* word = pages_ + kPage + (page->data_head + at) % kPage;
            const std::size_t i = at / 8;
            const std::uint64_t* value = &content[i == 0 ? 0 : std::min(i - 1, content.size() - 1)];
            std::memcpy(word, i == 0 ? static_cast<const void*>(&header) : value, 8);
        }
        page->data_head += size == 0 ? sizeof(header) : size;
    }
    /// A sample of an event with members: times enabled and running, the clock's own count, theirs.
    void counts(std::uint64_t enabled, std::uint64_t running, const std::vector<std::uint64_t>& values) {
        std::vector<std::uint64_t> content = {0x1000, values.size(), enabled, running};
        content.insert(content.end(), values.begin(), values.end());
        record(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, static_cast<std::uint16_t>(8 + 8 * content.size()), content);
    }
    void switched(bool out, bool preempted, std::uint64_t time_ns) {
        const int misc =
            (out ? PERF_RECORD_MISC_SWITCH_OUT : 0) | (preempted ? PERF_RECORD_MISC_SWITCH_OUT_PREEMPT : 0);
        record(PERF_RECORD_SWITCH, static_cast<std::uint16_t>(misc), 16, {time_ns});
    }
    ClockRing& ring() { return ring_; }
    Ticks take() { return read_ring(ring_); }

  private:
    char* pages_ = nullptr;
    ClockRing ring_;
};

}  // namespace

TEST_CASE("ticks since the last call, and those in the kernel") {
    Event event;
    CHECK(event.take().count == 0);
    event.tick(false, 3);
    event.tick(true, 2);
    const Ticks ticks = event.take();
    CHECK(ticks.count == 5);
    CHECK(ticks.in_kernel == 2);
    CHECK(event.take().count == 0);
    event.tick(true);
    CHECK(event.take().in_kernel == 1);
}

TEST_CASE("the ring goes round") {
    Event event;
    for (int round = 0; round < 1000; ++round) {
        event.tick(round % 3 == 0, 1 + round % 5);
        const Ticks ticks = event.take();
        REQUIRE(ticks.count == 1 + round % 5);
        REQUIRE(ticks.in_kernel == (round % 3 == 0 ? ticks.count : 0));
    }
}

TEST_CASE("of very many ticks the last ones count") {
    Event event;
    event.tick(true, 5000);
    event.tick(false, 64);
    const Ticks ticks = event.take();
    CHECK(ticks.count == 64);
    CHECK(ticks.in_kernel == 0);
    event.tick(true);
    CHECK(event.take().count == 1);
}

TEST_CASE("other records between the ticks are passed over, wherever they leave the ring's end") {
    for (const std::uint16_t size : {16, 24, 32, 40}) {
        Event event;
        for (int round = 0; round < 600; ++round) {
            event.record(PERF_RECORD_THROTTLE, 0, size);
            event.tick(true, 2);
            const Ticks ticks = event.take();
            REQUIRE(ticks.count == 2);
            REQUIRE(ticks.in_kernel == 2);
        }
    }
}

TEST_CASE("what is no record ends the reading, once") {
    Event event;
    event.tick(true);
    event.record(PERF_RECORD_SAMPLE, 0, 0);
    event.tick(true);
    CHECK(event.take().count == 1);
    event.tick(false);
    CHECK(event.take().count == 1);
}

TEST_CASE("nothing is known of ticks where there is no ring") {
    Event event;
    event.tick(true);
    event.ring().has_ring = false;
    CHECK(event.take().count == 0);
    event.ring() = ClockRing{};
    CHECK(event.take().count == 0);
}

TEST_CASE("counts are those of the latest overflow, wherever in the ring it stands") {
    Event event;
    event.ring().has_counts = true;
    event.ring().members = 2;
    for (std::uint64_t round = 1; round < 500; ++round) {
        event.counts(10 * round, 5 * round, {100 * round, 7 * round, 9 * round});
        if (round % 3 == 0) event.record(PERF_RECORD_THROTTLE, 0, 32);
        if (round % 2 == 0) continue;
        REQUIRE(event.take().count == (round == 1 ? 1 : 2));
        REQUIRE(event.ring().latest[0] == 10 * round);
        REQUIRE(event.ring().latest[1] == 5 * round);
        REQUIRE(event.ring().latest[2] == 100 * round);
        REQUIRE(event.ring().latest[4] == 9 * round);
    }
}

TEST_CASE("counts survive a ring that was overwritten many times since it was read") {
    Event event;
    event.ring().has_counts = true;
    for (std::uint64_t i = 1; i <= 5000; ++i) event.counts(i, i, {i});
    CHECK(event.take().count > 10);
    CHECK(event.ring().latest[2] == 5000);
}

TEST_CASE("counts read at a mark are not taken back by an overflow before it") {
    Event event;
    event.ring().has_counts = true;
    event.counts(10, 10, {3});
    event.ring().latest[0] = 20;
    event.ring().latest[2] = 8;
    event.take();
    CHECK(event.ring().latest[2] == 8);
    event.counts(30, 30, {9});
    event.take();
    CHECK(event.ring().latest[2] == 9);
}

TEST_CASE("time preempted is from switch to switch; time asleep is not") {
    Event event;
    event.ring().has_switches = true;
    event.switched(true, true, 1000);
    event.take();
    event.switched(false, false, 1700);
    event.switched(true, false, 2000);
    event.switched(false, false, 9000);
    event.record(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL, 24);
    const Ticks ticks = event.take();
    CHECK(ticks.count == 1);
    CHECK(ticks.in_kernel == 1);
    CHECK(event.ring().preempted_ns == 700);
}
