// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/counter_use.h"

#include "accounted.h"
#include "support/catch.h"

using namespace ftscale;
using namespace ftscale::account;
using namespace ftscale::tests;

namespace {

double counted_by(const Ledger& ledger, recording::StackId stack, std::size_t counter = 0) {
    double sum = 0;
    for (const CountCharge& charge : ledger.counts)
        if (charge.stack == stack) sum += charge.counts[counter];
    return sum;
}

double counted_in(const Ledger& ledger, Category category, std::size_t counter = 0) {
    double sum = 0;
    for (const CountCharge& charge : ledger.counts)
        if (charge.category == category) sum += charge.counts[counter];
    return sum;
}

}  // namespace

TEST_CASE("counts are charged to the functions that ran, thread by thread, and sum to the totals") {
    Story story;
    const auto fast = story.python("fast", "/app.py", 1), slow = story.python("slow", "/app.py", 9);
    RunStory& run = story.run(2, 100);
    run.process().counters = {{"instructions", 0, false}, {"misses", 0, false}};
    run.thread("a").counts({3000, 1}).works(50, fast).counts({1000, 10}).works(50, slow);
    run.thread("b").counts({2000, 0}).works(80, slow);
    const Accounted accounted(story);
    const Ledger ledger = accounted.ledger();
    CHECK(counted_by(ledger, fast) == Approx(150'000));
    CHECK(counted_by(ledger, slow) == Approx(50'000 + 160'000));
    CHECK(counted_by(ledger, fast, 1) == Approx(50));
    CHECK(counted_by(ledger, slow, 1) == Approx(500));
    REQUIRE(ledger.per_thread.size() == 2);
    CHECK(ledger.per_thread[0].counts[0] == Approx(200'000));
    CHECK(ledger.per_thread[1].counts[0] == Approx(160'000));
    CHECK(ledger.process_counts[0] == Approx(360'000));
    REQUIRE(ledger.counters.size() == 2);
    CHECK(ledger.counters[1].name == "misses");
    CHECK(ledger.counters[0].cover.enabled_s == Approx(0.18));
}

TEST_CASE("time blocked counts nothing: what is counted around a wait belongs to the work around it") {
    Story story;
    const auto work = story.python("work", "/app.py", 1);
    RunStory& run = story.run(1, 100);
    run.process().counters = {{"instructions", 0, false}};
    run.thread("a").counts({1000}).works(10.5, work).waits(60, story.threading_lock(), work).works(29.5, work);
    const Accounted accounted(story);
    const Ledger ledger = accounted.ledger();
    CHECK(counted_in(ledger, Category::Work) == Approx(40'000));
    CHECK(counted_in(ledger, Category::LockWait) == 0);
}

TEST_CASE("what a sample within a wait has counted belongs to the wait: entering and leaving it takes CPU time") {
    Story story;
    const auto work = story.python("work", "/app.py", 1), nap = story.python("nap", "/app.py", 9);
    RunStory& run = story.run(1, 100);
    run.process().counters = {{"context-switches", 0, false}};
    ThreadStory& thread = run.thread("a").counts({0}).works(20, work).counts({50});
    // Two milliseconds of CPU time within forty of sleep.
    thread.reads(40, nap, 2).counts({0}).works(40, work);
    const Accounted accounted(story);
    const Ledger ledger = accounted.ledger();
    CHECK(counted_by(ledger, nap) == Approx(100));
    CHECK(counted_by(ledger, work) == 0);
}

TEST_CASE("what is spent spinning counts for the spin") {
    Story story;
    const auto work = story.python("work", "/app.py", 1);
    RunStory& run = story.run(1, 40);
    run.process().counters = {{"instructions", 0, false}};
    run.thread("a").counts({1000}).works(10, work).spins(20, 0x1230, work).works(10, work);
    const Accounted accounted(story);
    const Ledger ledger = accounted.ledger();
    CHECK(counted_in(ledger, Category::Spin) == Approx(20'000).epsilon(0.06));
    CHECK(counted_in(ledger, Category::Work) == Approx(20'000).epsilon(0.06));
}

TEST_CASE("counts of groups that took turns are scaled to the whole time") {
    Story story;
    const auto work = story.python("work", "/app.py", 1), more = story.python("more", "/app.py", 9);
    RunStory& run = story.run(1, 100);
    run.process().counters = {{"instructions", 0, false}};
    run.thread("a").counts({1000}, 0.25).works(60, work).works(40, more);
    const Accounted accounted(story);
    const Ledger ledger = accounted.ledger();
    CHECK(counted_by(ledger, work) == Approx(60'000).epsilon(0.01));
    CHECK(counted_by(ledger, more) == Approx(40'000).epsilon(0.01));
    CHECK(ledger.counters[0].cover.running_s == Approx(0.025));
    CHECK(ledger.process_counts[0] == Approx(100'000));
}

TEST_CASE("a counter that never counted is known by its cover") {
    Story story;
    const auto work = story.python("work", "/app.py", 1);
    RunStory& run = story.run(1, 10);
    run.process().counters = {{"instructions", 0, false}};
    run.thread("a").counts({1000}, 0).works(10, work);
    const Accounted accounted(story);
    const Ledger ledger = accounted.ledger();
    CHECK(ledger.counters[0].cover.running_s == 0);
    CHECK(counted_by(ledger, work) == 0);
}

TEST_CASE("only what is counted within the region") {
    Story story;
    const auto before = story.python("before", "/app.py", 1), inside = story.python("inside", "/app.py", 9);
    RunStory& run = story.run(1, 100);
    run.process().counters = {{"instructions", 0, false}};
    run.thread("a").marks("fit", 40, 90).counts({1000}).works(40, before).counts({3000}).works(60, inside);
    const Accounted accounted(story);
    const auto regions = marked_regions(accounted.recording().runs[0], accounted.facts(0));
    const Ledger ledger = accounted.ledger_of(0, regions.at("fit"));
    CHECK(counted_by(ledger, before) == 0);
    CHECK(counted_by(ledger, inside) == Approx(150'000));
    CHECK(ledger.process_counts[0] == Approx(40'000 + 180'000));
}

TEST_CASE("what is not counted in the kernel is not charged to it") {
    Story story;
    const auto work = story.python("work", "/app.py", 1);
    RunStory& run = story.run(1, 20);
    run.process().counters = {{"faults", 0, false}, {"instructions:u", 0, true}};
    run.thread("a").counts({4, 1000}).ticks(4, 2).works(20, work);
    const Accounted accounted(story);
    const Ledger ledger = accounted.ledger();
    CHECK(counted_in(ledger, Category::Kernel, 0) == Approx(40));
    CHECK(counted_in(ledger, Category::Kernel, 1) == 0);
    CHECK(counted_in(ledger, Category::Work, 1) == Approx(20'000));
}

TEST_CASE("a process that counts nothing has no counts") {
    Story story;
    const auto work = story.python("work", "/app.py", 1);
    story.run(1, 10).thread("a").works(10, work);
    const Accounted accounted(story);
    const Ledger ledger = accounted.ledger();
    CHECK(ledger.counts.empty());
    CHECK(ledger.counters.empty());
    CHECK(ledger.process_counts.empty());
}
