// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Runs of which only a part was recorded: their ledgers are those of the whole, nearly.
#include "account/recorded_time.h"

#include <algorithm>
#include <random>

#include "accounted.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using account::Ledger;
using account::RecordedTime;
using account::Region;

constexpr std::uint64_t kWindow = 1 << 22;  // 4.2 ms
constexpr double kWallMs = 8000;

format::Thinning from(double ms, std::uint32_t sample_level, std::uint32_t event_level) {
    return {sample_level, event_level, Story::ns(ms) / kWindow * kWindow, kWindow, 1 << 20};
}

bool is_recorded(const std::vector<format::Thinning>& steps, std::uint64_t time_ns) {
    std::uint64_t every = 1;
    for (const format::Thinning& step : steps)
        if (time_ns >= step.from_ns) every = std::uint64_t{1} << step.event_level;
    return time_ns / kWindow % every == 0;
}

bool touches_recorded(const std::vector<format::Thinning>& steps, std::uint64_t begin_ns, std::uint64_t end_ns) {
    for (std::uint64_t at = begin_ns; at < end_ns; at = (at / kWindow + 1) * kWindow)
        if (is_recorded(steps, at)) return true;
    return is_recorded(steps, end_ns);
}

/// What the probe would have left out.
void leave_out(const std::vector<format::Thinning>& steps, recording::Process& process) {
    process.thinnings = steps;
    for (recording::Thread& thread : process.threads) {
        std::erase_if(thread.waits, [&](const recording::Wait& wait) {
            return !touches_recorded(steps, wait.begin_ns, *wait.end_ns);
        });
        std::erase_if(thread.wakes, [&](const recording::Wake& wake) { return !is_recorded(steps, wake.time_ns); });
        std::erase_if(thread.collections, [&](const recording::Collection& collection) {
            return !touches_recorded(steps, collection.begin_ns, *collection.end_ns);
        });
        std::vector<recording::Sample> kept;
        std::uint32_t turn = 0, left_out = 0;
        for (recording::Sample& sample : thread.samples) {
            std::uint32_t every = 1;
            for (const format::Thinning& step : steps)
                if (sample.time_ns >= step.from_ns) every = 1U << step.sample_level;
            if (++turn % every != 0) {
                ++left_out;
                continue;
            }
            sample.left_out = static_cast<std::uint16_t>(left_out);
            left_out = 0;
            kept.push_back(sample);
        }
        thread.samples = std::move(kept);
    }
}

/// Threads that work, wait for each other's lock, sleep and collect, at random but in shares that change half way.
void tell(Story& story) {
    std::mt19937 random(7);
    const auto ms = [&random](double least, double most) {
        return std::uniform_real_distribution<double>(least, most)(random);
    };
    const StackId work = story.python("work", "/app.py", 3), other = story.python("other", "/app.py", 9);
    const StackId locked = story.python("locked", "/app.py", 20), sleep = story.python("sleep", "/app.py", 30);
    const StoryLock lock = story.object_lock("list");
    RunStory& run = story.run(3, kWallMs);
    ThreadStory& a = run.thread("a");
    ThreadStory& b = run.thread("b");
    ThreadStory& c = run.thread("c");
    while (a.now_ms() < kWallMs - 10) {
        const bool late = a.now_ms() > kWallMs / 2;
        a.works(ms(0.5, late ? 6 : 2), work).works(ms(0.2, 1), other).sleeps(ms(0.1, 0.5), sleep);
    }
    while (b.now_ms() < kWallMs - 10) {
        const bool late = b.now_ms() > kWallMs / 2;
        b.works(ms(0.2, 1.5), work).waits(ms(0.1, late ? 3 : 1), lock, locked, &a, work);
    }
    while (c.now_ms() < kWallMs - 10) {
        c.works(ms(1, 3), other).waits(ms(0.1, 0.7), lock, locked, &b, other);
        if (random() % 20 == 0) c.collects(ms(1, 2), work);
    }
    for (ThreadStory* thread : {&a, &b, &c}) thread->works(kWallMs - thread->now_ms(), work);
}

struct Both {
    Ledger whole, thinned;
};
Both ledgers_of(const std::vector<format::Thinning>& steps) {
    Story whole, thinned;
    tell(whole);
    tell(thinned);
    Accounted accounted(whole),
        less(thinned, [&](recording::Recording&recording) { leave_out(steps, recording.runs[0].processes[0]); });
    return {accounted.ledger(), less.ledger()};
}

double share(const Ledger& ledger, Category category) { return ledger.amounts[category] / ledger.capacity_s; }

void check_alike(const Both& both, double tolerance) {
    CHECK(both.thinned.wall_s == Approx(both.whole.wall_s));
    CHECK(both.thinned.capacity_s == Approx(both.whole.capacity_s));
    for (const Category category : account::kAllCategories) {
        CAPTURE(account::category_name(category));
        CHECK(share(both.thinned, category) == Approx(share(both.whole, category)).margin(tolerance));
    }
    REQUIRE(both.thinned.locks.size() == both.whole.locks.size());
    const auto &lock = both.thinned.locks[0], &all = both.whole.locks[0];
    CHECK(lock.waits == Approx(all.waits).epsilon(0.1));
    CHECK(lock.wait_s == Approx(all.wait_s).epsilon(0.1));
    CHECK(both.thinned.per_thread.size() == both.whole.per_thread.size());
}

}  // namespace

TEST_CASE("waits recorded a quarter of the time make the ledger of all of them, nearly") {
    check_alike(ledgers_of({from(500, 0, 1), from(1500, 0, 2)}), 0.02);
}

TEST_CASE("one sample of four makes the same ledger, but for where the work was") {
    const Both both = ledgers_of({from(300, 1, 0), from(900, 2, 0)});
    check_alike(both, 0.005);
}

TEST_CASE("what happened before less was recorded does not weigh more for that") {
    // The second half, of which an eighth was recorded, has longer waits.
    check_alike(ledgers_of({from(kWallMs / 2, 1, 3)}), 0.03);
}

TEST_CASE("what was recorded of a region stands for all of it") {
    recording::RunTrace trace;
    trace.processes.emplace_back().thinnings = {{0, 1, 100 * kWindow, kWindow, 1 << 20}};
    const RecordedTime recorded(trace);
    const Region region = recorded.weigh(Region({{90 * kWindow, 110 * kWindow}}));
    CHECK(region.length_ns() == 20 * kWindow);
    CHECK(region.intervals().size() == 6);  // the first ten windows, then every other
    CHECK(region.weight(0) == Approx(1));
    CHECK(region.weight(1) == Approx(2));
    CHECK(region.overlap_ns(0, 100 * kWindow) == 10 * kWindow);
    CHECK(region.overlap_ns(100 * kWindow, 101 * kWindow) == 2 * kWindow);
    CHECK(region.overlap_ns(101 * kWindow, 102 * kWindow) == 0);
    CHECK(region.weight_at(101 * kWindow) == 0);
    CHECK_FALSE(recorded.is_recorded(101 * kWindow));
    CHECK(recorded.next_change(102 * kWindow + 1) == 103 * kWindow);
    // Where nothing of it was recorded, it stays what it is.
    CHECK(recorded.weigh(Region({{101 * kWindow, 102 * kWindow}})).weight_at(101 * kWindow) == 1);
}

}  // namespace ftscale::tests
