// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How a thread's on-CPU time is split: kernel, garbage collections, what its samples were busy with. = work, k in the
// kernel, g collecting, ~ spinning, L lock.
#include "accounted.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using account::Ledger;

TEST_CASE("ticks in the kernel split the time that a sample stands for") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
    RunStory& run = story.run(1, 100);
    run.thread("a").samples_every(4).ticks(4, 1).works(60, f).ticks(4, 4).works(20, g).ticks(4, 0).works(20, f);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(charged_ms(ledger, Category::Kernel, f) == Approx(15));
    CHECK(charged_ms(ledger, Category::Work, f) == Approx(65));
    CHECK(charged_ms(ledger, Category::Kernel, g) == Approx(20));
    CHECK(charged_ms(ledger, Category::Work, g) == 0);
}

TEST_CASE("where ticks in the kernel trigger no sample, CPU time beyond a period was spent there") {
    for (const bool excluded : {true, false}) {
        Story story;
        const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
        RunStory& run = story.run(1, 100);
        run.process().facts.flags = excluded ? format::kKernelExcluded : format::kKernelSampled;
        run.thread("a").samples_every(4).works(60, f).samples_every(1).works(40, g);
        const Ledger ledger = Accounted(story).ledger();
        CHECK(charged_ms(ledger, Category::Kernel, f) == Approx(excluded ? 45 : 0));
        CHECK(ms_of(ledger, Category::Kernel) == Approx(excluded ? 45 : 0));
        CHECK(ms_of(ledger, Category::Work) == Approx(excluded ? 55 : 100));
    }
}

TEST_CASE("a sample a little late says nothing about the kernel") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 98);
    run.process().facts.flags = format::kKernelExcluded;
    run.thread("a").samples_every(1.4).works(98, f);
    CHECK(ms_of(Accounted(story).ledger(), Category::Kernel) == 0);
}

//  a |~~~~=~~~~=|   a sample at the end of each =
TEST_CASE("spinning between two samples is not time that the work around spent in the kernel") {
    for (const double work_ms : {1.0, 2.0}) {
        Story story;
        const StackId f = story.python("f", "/app.py", 3);
        RunStory& run = story.run(1, 100);
        run.process().facts.flags = format::kKernelExcluded;
        ThreadStory& a = run.thread("a").samples_every(5);
        for (int i = 0; i < 20; ++i) a.spins(5 - work_ms, 0, f).works(work_ms, f);
        const Ledger ledger = Accounted(story).ledger();
        const double kernel_ms = 20 * (work_ms - 1);  // beyond one period
        CHECK(ms_of(ledger, Category::Spin) == Approx(100 - 20 * work_ms));
        CHECK(ms_of(ledger, Category::Kernel) == Approx(kernel_ms));
        CHECK(ms_of(ledger, Category::Work) == Approx(20 * work_ms - kernel_ms));
    }
}

//  a |==~~==~~==|   sched_yield is a system call: the samples in it tick in the kernel
TEST_CASE("a sample within a stall says nothing about the kernel's share of the work around it") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    ThreadStory& a = run.thread("a");
    for (int i = 0; i < 20; ++i) {
        a.ticks(1, 0).works(2.5, f);
        a.ticks(1, 1).spins(2.5, 0, story.native("_PyMutex_LockTimed", f));
    }
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Kernel) == 0);
    CHECK(charged_ms(ledger, Category::Work, f) == Approx(50));
    CHECK(ms_of(ledger, Category::Spin) == Approx(50));
}

TEST_CASE("the kernel's share of reference counting is the kernel's, that of waking a lock's waiters the lock's") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const auto increment = story.code("PyList_Append", {touch(symbols::AccessKind::Atomic, 8, 16)});
    const auto byte = story.code("list_append", {touch(symbols::AccessKind::Atomic, 1, 10)});
    const StoryObject list = story.object("list");
    RunStory& run = story.run(2, 100);
    for (const char* name : {"a", "b"})
        run.thread(name).samples_every(2).ticks(2, 1).touches(40, f, increment, list).touches(60, f, byte, list);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Refcount) == Approx(40));
    CHECK(ms_of(ledger, Category::Kernel) == Approx(40));
    CHECK(ms_of(ledger, Category::Spin) == Approx(120));
    CHECK(ledger.objects.at(0).seconds == Approx(0.04));
}

//  a |==ggg====g|   the samples within and beside say nothing: a collection is exact
TEST_CASE("on-CPU time within a collection is the collection's") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), trigger = story.python("trigger", "/app.py", 9);
    const StackId visit = story.native("visit_decref", trigger);
    RunStory& run = story.run(1, 100);
    ThreadStory& a = run.thread("a").samples_every(4);
    a.works(21, f).collects(2, trigger, 2, 5).works(27, f).works(5, visit).collects(30, trigger).works(15, f);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(charged_ms(ledger, Category::Gc, trigger) == Approx(32));
    CHECK(ms_of(ledger, Category::Gc) == Approx(32));
    CHECK(ms_of(ledger, Category::Work) == Approx(68));
    REQUIRE(ledger.collections.size() == 2);
    CHECK(ledger.collections[0].generation == 2);
    CHECK(ledger.collections[0].collected == 5);
    CHECK(ledger.collections[0].end_ns - ledger.collections[0].begin_ns == 2'000'000);
}

TEST_CASE("what blocks within a collection is blocked, and the kernel's share of one is the collection's") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), trigger = story.python("trigger", "/app.py", 9);
    RunStory& run = story.run(1, 100);
    ThreadStory& a = run.thread("a").ticks(1, 1).works(20, f);
    a.works(10, trigger).waits(30, story.threading_lock(), trigger).works(10, trigger).works(30, f);
    a.record().collections.push_back({Story::ns(20), Story::ns(70), 0, 0, trigger});
    const Ledger ledger = Accounted(story).ledger();
    CHECK(charged_ms(ledger, Category::Gc, trigger) == Approx(20));
    CHECK(ms_of(ledger, Category::LockWait) == Approx(30));
    CHECK(charged_ms(ledger, Category::Kernel, f) == Approx(50));
}

TEST_CASE("a collection that was still going on lasts to the end") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    ThreadStory& a = run.thread("a").works(60, f).collects(40, f);
    a.record().collections.back().end_ns.reset();
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Gc) == Approx(40));
    CHECK(ledger.collections.size() == 1);
}

TEST_CASE("a collection counts in the region that it ended in") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    run.thread("a").works(20, f).collects(20, f).works(60, f);
    const Accounted accounted(story);
    const Ledger before = accounted.ledger_of(0, account::Region({{Story::ns(0), Story::ns(30)}}));
    const Ledger after = accounted.ledger_of(0, account::Region({{Story::ns(30), Story::ns(40)}}));
    CHECK(before.collections.empty());
    CHECK(ms_of(before, Category::Gc) == Approx(10));
    CHECK(after.collections.size() == 1);
    CHECK(ms_of(after, Category::Gc) == Approx(10));
}

//  a |zzzzziii..|   n = 2; j waits for a to end
//  b |jjjjjjjjjj|
//  a |LLLL====|   no sample
TEST_CASE("CPU time of a thread without samples is its start routine's, not that of a place where it waited") {
    for (const bool has_routine : {true, false}) {
        Story story;
        const StackId f = story.python("f", "/app.py", 3), routine = story.native("thread_run", StackId::Empty);
        RunStory& run = story.run(1, 100);
        ThreadStory& a = run.thread("a").waits(40, story.threading_lock(), f).works(60, f);
        a.record().samples.clear();
        if (has_routine) a.record().start_stack = routine;
        const Ledger ledger = Accounted(story).ledger();
        CHECK(charged_ms(ledger, Category::Work, f) == 0);
        CHECK(charged_ms(ledger, Category::Work, has_routine ? routine : StackId::Empty) == Approx(60).margin(1));
    }
}

TEST_CASE("what a thread's own sampler leaves out counts, not what its process's does") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    run.process().facts.flags = format::kKernelExcluded;
    ThreadStory& a = run.thread("a").samples_every(4).works(100, f);
    a.record().sampler = format::ThreadSampler{static_cast<std::uint32_t>(format::Sampler::CpuTimer), 0};
    CHECK(ms_of(Accounted(story).ledger(), Category::Kernel) == 0);
}

TEST_CASE("where nobody runs, those who block are charged, not those who wait for them to end") {
    Story story;
    const StackId nap = story.python("nap", "/app.py", 3), main = story.python("main", "/app.py", 9);
    const StackId join = story.python("Thread.join", "/usr/lib/python3.13t/threading.py", 1100, main);
    RunStory& run = story.run(2, 100);
    run.thread("a").sleeps(50, nap).reads(30, nap);
    run.thread("b").starves(100, join);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(charged_ms(ledger, Category::Sleep, nap) == Approx(100));
    CHECK(charged_ms(ledger, Category::Io, nap) == Approx(60));
    CHECK(charged_ms(ledger, Category::Starved, join) == Approx(40));
}

}  // namespace
}  // namespace ftscale::tests
