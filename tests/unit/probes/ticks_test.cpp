// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "ticks.h"

#include <linux/perf_event.h>
#include <sys/mman.h>

#include <cstring>
#include <memory>

#include "support/catch.h"

using namespace ftscale;
using namespace ftscale::probe;

namespace {

constexpr std::size_t kPage = 4096;

/// A perf event's pages as the kernel writes them, with nothing mapped behind them.
class Event {
  public:
    Event() {
        bytes_ = tick_ring_bytes();
        void* mapping = mmap(nullptr, bytes_ + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(mapping != MAP_FAILED);
        REQUIRE(mprotect(static_cast<char*>(mapping) + bytes_, kPage, PROT_NONE) == 0);
        pages_ = static_cast<char*>(mapping);
        state_->sampler_event = pages_;
        state_->sampler_flags = format::kKernelSampled;
    }
    ~Event() { munmap(pages_, bytes_ + kPage); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    void tick(bool in_kernel, int times = 1) {
        for (int i = 0; i < times; ++i)
            record(PERF_RECORD_SAMPLE, in_kernel ? PERF_RECORD_MISC_KERNEL : PERF_RECORD_MISC_USER, 16);
    }
    void record(std::uint32_t type, std::uint16_t misc, std::uint16_t size, std::uint64_t content = 0) {
        auto* page = reinterpret_cast<perf_event_mmap_page*>(pages_);
        const perf_event_header header{type, misc, size};
        for (std::size_t at = 0; at < (size == 0 ? sizeof(header) : size); at += 8) {
            char* word = pages_ + kPage + (page->data_head + at) % kPage;
            std::memcpy(word, at == 0 ? static_cast<const void*>(&header) : &content, 8);
        }
        page->data_head += size == 0 ? sizeof(header) : size;
    }
    ThreadState& state() { return *state_; }
    Ticks take() { return take_ticks(*state_); }

  private:
    std::size_t bytes_ = 0;
    char* pages_ = nullptr;
    std::unique_ptr<ThreadState> state_ = std::make_unique<ThreadState>();
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

TEST_CASE("nothing is known of ticks where the sampler does not record them") {
    Event event;
    event.tick(true);
    event.state().sampler_flags = 0;
    CHECK(event.take().count == 0);
    event.state().sampler_flags = format::kKernelSampled;
    event.state().sampler_event = nullptr;
    CHECK(event.take().count == 0);
}
