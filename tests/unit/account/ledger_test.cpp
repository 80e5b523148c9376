// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Whole ledgers of told runs. In the drawings a column is 10 ms; = work, L lock, s starved, i I/O, z sleep, . not
// there.
#include "accounted.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using account::Ledger;
using account::LockKind;

//  a |==========|
//  b |==========|
TEST_CASE("two threads that never meet are all work") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(2, 100);
    run.thread("a").works(100, f);
    run.thread("b").works(100, f);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ledger.capacity_s == Approx(0.2));
    CHECK(ms_of(ledger, Category::Work) == Approx(200));
    CHECK(charged_ms(ledger, Category::Work, f) == Approx(200));
    CHECK(ledger.locks.empty());
}

//  main |ssssssssss|
//  a    |==========|
//  b    |======LLLL|   a ends b's wait
TEST_CASE("a wait for an object's lock is charged to the waiter and names the holder") {
    Story story;
    const StackId main = story.python("main", "/app.py", 30);
    const StackId add = story.python("add", "/app.py", 12, main);
    const StackId append = story.native("list_append", add);
    RunStory& run = story.run(2, 100);
    run.thread("main").starves(100, main);
    ThreadStory& a = run.thread("a").works(100, add);
    run.thread("b").works(60, add).waits(40, story.object_lock("list"), append, &a, append);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::LockWait) == Approx(40));
    CHECK(ms_of(ledger, Category::Work) == Approx(160));
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].kind == LockKind::Object);
    CHECK(ledger.locks[0].type == "list");
    CHECK(ledger.locks[0].waits == 1);
    CHECK(ledger.locks[0].wait_s == Approx(0.04));
    CHECK(ledger.locks[0].waiters.at(append) == Approx(0.04));
    CHECK(ledger.locks[0].holders.at(append) == Approx(0.04));
}

//  a |==========|
//  b |==AAAA==BB|
TEST_CASE("two locks keep their sizes and stand in order") {
    Story story;
    const StackId f = story.python("f", "/app.py", 5);
    const StackId g = story.python("g", "/app.py", 9);
    RunStory& run = story.run(2, 100);
    ThreadStory& a = run.thread("a").works(100, f);
    const StoryLock small = story.threading_lock(), large = story.threading_lock();
    run.thread("b").works(20, f).waits(20, small, g, &a, g).works(20, f).waits(40, large, f, &a, f);
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 2);
    CHECK(ledger.locks[0].address == large.lock_address);
    CHECK(ledger.locks[0].wait_s == Approx(0.04));
    CHECK(ledger.locks[1].wait_s == Approx(0.02));
    CHECK(ledger.locks[1].kind == LockKind::ThreadingLock);
    CHECK(ledger.locks[1].type == "_thread.lock");
}

//  main |===sssssss|   n = 2
//  a    |...=======|
//  b    |...=======|
TEST_CASE("what the main thread does alone is serial, charged to its function") {
    Story story;
    const StackId load = story.python("load", "/app.py", 3);
    const StackId f = story.python("f", "/app.py", 9);
    RunStory& run = story.run(2, 100);
    run.thread("main").works(30, load).starves(70, load);
    run.thread("a", 30).works(70, f);
    run.thread("b", 30).works(70, f);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Serial) == Approx(30));
    CHECK(charged_ms(ledger, Category::Serial, load) == Approx(30));
    CHECK(charged_ms(ledger, Category::Work, load) == Approx(30));
    CHECK(ms_of(ledger, Category::Starved) == Approx(0));
}

//  a |=====.....|   n = 3: b's and c's slots are blamed on a; after that nobody runs, and d's sleep takes all three
//  d |zzzzzzzzzz|
TEST_CASE("slots that nobody can be blamed for go to the threads that block") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId nap = story.python("nap", "/app.py", 9);
    RunStory& run = story.run(3, 100);
    run.thread("a").works(50, f);
    run.thread("d").sleeps(100, nap);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(charged_ms(ledger, Category::Serial, f) == Approx(100));
    CHECK(charged_ms(ledger, Category::Sleep, nap) == Approx(150));
    CHECK(ms_of(ledger, Category::Work) == Approx(50));
}

//  producer |==========|
//  a        |==ssssss==|
//  b        |==ssssss==|
TEST_CASE("starved workers make their producer's code serial, and starve where nobody runs") {
    Story story;
    const StackId produce = story.python("produce", "/app.py", 3);
    const StackId consume = story.python("consume", "/app.py", 9);
    const StackId wait = story.python("Condition.wait", "/usr/lib/python3.13t/threading.py", 355, consume);
    RunStory& run = story.run(3, 100);
    run.thread("producer").works(90, produce);
    for (const char* name : {"a", "b"}) run.thread(name).works(20, consume).starves(80, wait);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(charged_ms(ledger, Category::Serial, produce) == Approx(2 * 70));
    CHECK(charged_ms(ledger, Category::Starved, wait) == Approx(3 * 10));
    CHECK(ms_of(ledger, Category::Work) == Approx(130));
    REQUIRE(ledger.idle.size() == 1);
    CHECK(ledger.idle[0].stack == wait);
    CHECK_FALSE(ledger.idle[0].bystander);
    CHECK(ledger.idle[0].seconds * 1e3 == Approx(2 * 70));
}

//  main    |jjjjjjjjjj|   n = 2, from 40 on a alone works
//  library |ssssssssss|
//  a       |=========i|
//  b       |====ssssss|   a pool's, for a task
TEST_CASE("who joins, and a pool's thread without a task, stand by: idle where nobody else waits, charged last") {
    Story story;
    const StackId work = story.python("work", "/app.py", 3);
    const StackId result = story.python("Future.result", "/usr/lib/python3.13t/concurrent/futures/_base.py", 451,
                                        story.python("<module>", "/app.py", 9));
    const StackId join = story.python("Condition.wait", "/usr/lib/python3.13t/threading.py", 359, result);
    const StackId task = story.python("_worker", "/usr/lib/python3.13t/concurrent/futures/thread.py", 90,
                                      story.python("Thread.run", "/usr/lib/python3.13t/threading.py", 994));
    const StackId library = story.native("pool_thread", StackId::Empty);
    RunStory& run = story.run(2, 100);
    run.thread("main").starves(100, join);
    run.thread("library").starves(100, library);
    run.thread("a").works(90, work).reads(10, work);
    run.thread("b").works(40, work).starves(60, task);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(charged_ms(ledger, Category::Serial, work) == Approx(50));
    CHECK(charged_ms(ledger, Category::Io, work) == Approx(20));
    CHECK(ms_of(ledger, Category::Starved) == 0);
    REQUIRE(ledger.idle.size() == 3);
    for (const account::Idle& idle : ledger.idle) {
        CHECK(idle.bystander);
        CHECK(idle.seconds * 1e3 == Approx(50.0 / 3));
    }
}

//  a |iiii======|   n = 2
//  b |iiii======|
TEST_CASE("I/O of all threads is I/O") {
    Story story;
    const StackId read = story.python("read", "/app.py", 3);
    const StackId f = story.python("f", "/app.py", 9);
    RunStory& run = story.run(2, 100);
    for (const char* name : {"a", "b"}) run.thread(name).reads(40, read).works(60, f);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(charged_ms(ledger, Category::Io, read) == Approx(80));
    CHECK(ms_of(ledger, Category::Work) == Approx(120));
    CHECK(ms_of(ledger, Category::Serial) == 0);
}

TEST_CASE("a read that burns CPU is work: it copied from the page cache") {
    Story story;
    const StackId read = story.python("read", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    run.thread("a").reads(100, read, 95);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Work) == Approx(95).margin(2));
    CHECK(ms_of(ledger, Category::Io) == Approx(5).margin(2));
}

//  a |==========|   n = 1: three threads share one slot, each weighs a third
//  b |==========|
//  c |=====LLLLL|
TEST_CASE("more occupied slots than there are weigh less") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 90);
    run.thread("a").works(90, f);
    run.thread("b").works(90, f);
    run.thread("c").works(45, f).waits(45, story.threading_lock(), f);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Work) == Approx(75));
    CHECK(ms_of(ledger, Category::LockWait) == Approx(15));
    CHECK(ledger.locks[0].wait_s == Approx(0.045));  // not weighted
}

//  a |== ==  == ==|   two threads on one CPU, 4 ms each: half of their time in the run queue
TEST_CASE("time off CPU between samples is the run queue's as far as the kernel says so") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(2, 80);
    for (const char* name : {"a", "b"}) {
        ThreadStory& thread = run.thread(name);
        for (int i = 0; i < 10; ++i) thread.works(4, f).away(4, 4);
    }
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::RunQueue) == Approx(80).margin(10));
    CHECK(ms_of(ledger, Category::Unknown) == Approx(0).margin(0.001));
}

TEST_CASE(
    "time off CPU that the kernel says nothing about is unknown, or the run queue's when there are too few CPUs") {
    for (const bool oversubscribed : {false, true}) {
        Story story;
        const StackId f = story.python("f", "/app.py", 3);
        RunStory& run = story.run(1, 100);
        run.facts().oversubscribed = oversubscribed;
        run.thread("a").works(40, f).away(20).works(40, f);
        const Ledger ledger = Accounted(story).ledger();
        CHECK(ms_of(ledger, oversubscribed ? Category::RunQueue : Category::Unknown) == Approx(20));
        CHECK(ms_of(ledger, Category::Work) == Approx(80));
    }
}

//  main |==qqqq====|   q: another process has the CPU; n = 2, the second slot is empty all the time
//  w    |ssssssssss|
TEST_CASE("a serial section held up in the run queue is serial all along") {
    Story story;
    const StackId load = story.python("load", "/app.py", 3);
    RunStory& run = story.run(2, 100);
    run.thread("main").works(20, load).away(40, 40).works(40, load);
    run.thread("w").starves(100, load);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::RunQueue) == Approx(40));
    CHECK(charged_ms(ledger, Category::Serial, load) == Approx(100));
    CHECK(ms_of(ledger, Category::Starved) == 0);
}

//  a |=====LLLLL   killed at 100 while waiting; the run is reaped at 120
TEST_CASE("a killed run counts up to its end") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    run.process().script_end_ns.reset();
    run.process().exit_ns.reset();
    run.facts().outcome = recording::RunOutcome::Signalled;
    run.facts().signal = 9;
    ThreadStory& a = run.thread("a").works(50, f).waits(10, story.threading_lock(), f).killed();
    a.record().waits.back().end_ns.reset();
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ledger.wall_s == Approx(0.12));
    CHECK(ms_of(ledger, Category::Work) == Approx(50));
    CHECK(ms_of(ledger, Category::LockWait) == Approx(70));
    CHECK(ledger.locks[0].holders.count(StackId::Empty) == 1);
}

TEST_CASE("before a thread begins and after it ends it is in no state") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    run.thread("a", 20).works(30, f);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Work) == Approx(30));
    CHECK(charged_ms(ledger, Category::Unknown, StackId::Empty) == Approx(70));
    REQUIRE(ledger.per_thread.size() == 1);
    CHECK(ledger.per_thread[0].amounts.total() == Approx(0.03));
}

//  a |---fit---|  b |   --fit--|      marked 10..50 and 40..80: 70 ms together, not 80
TEST_CASE("overlapping marks of a region are measured once") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(2, 100);
    run.thread("a").works(100, f).marks("fit", 10, 50).marks("load", 0, 5);
    run.thread("b").works(60, f).sleeps(40, f).marks("fit", 40, 80);
    const Accounted accounted(story);
    const auto regions = account::marked_regions(accounted.recording().runs[0], accounted.facts(0));
    REQUIRE(regions.size() == 2);
    const Ledger fit = accounted.ledger_of(0, regions.at("fit"));
    CHECK(fit.wall_s == Approx(0.07));
    CHECK(ms_of(fit, Category::Work) == Approx(70 + 50));
    CHECK(ms_of(fit, Category::Serial) == Approx(20));
    const Ledger all = accounted.ledger_of(0, account::union_of(regions));
    CHECK(all.wall_s == Approx(0.075));
}

TEST_CASE("waits count only as far as they lie in the region") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    run.thread("a").works(40, f).waits(40, story.threading_lock(), f).works(20, f);
    const Accounted accounted(story);
    const Ledger ledger =
        accounted.ledger_of(0, account::Region({{Story::ns(50), Story::ns(60)}, {Story::ns(70), Story::ns(90)}}));
    CHECK(ledger.locks[0].wait_s == Approx(0.02));
    CHECK(ms_of(ledger, Category::LockWait) == Approx(20));
    CHECK(ms_of(ledger, Category::Work) == Approx(10));
}

TEST_CASE("ten thousand short threads are no trouble") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(4, 10'000);
    run.thread("main").starves(10'000, f);
    for (int i = 0; i < 10'000; ++i) run.thread("w", i).works(1, f);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Work) == Approx(10'000));
    CHECK(ms_of(ledger, Category::Serial) == Approx(30'000));
    CHECK(ledger.per_thread.size() == 10'001);
}

//  a |====work====|    two CPUs; the run has one thread's worth of others beside it
//  b |====queued==|
TEST_CASE("a thread that is queued while a CPU could be free was crowded out by others") {
    const auto crowded_s = [](int threads, std::optional<recording::OtherLoad> load) {
        Story story;
        const StackId f = story.python("f", "/app.py", 3);
        story.manifest().machine.cpus = 2;
        RunStory& run = story.run(2, 100);
        run.facts().other_load = load;
        run.thread("a").works(100, f);
        for (int i = 1; i < threads; ++i) run.thread("b").works(10, f).away(80, 80).works(10, f);
        return Accounted(story).ledger().crowded_out.by_others_s;
    };
    const recording::OtherLoad whole_cpu{0.22, 0, {}, {}}, little{0.022, 0, {}, {}};  // the run lasts 220 ms in all
    CHECK(crowded_s(2, whole_cpu) == Approx(0.08));
    CHECK(crowded_s(2, little) == Approx(0.01).epsilon(0.05));  // no more than they ran themselves
    CHECK(crowded_s(2, std::nullopt) == 0);
    // Of three threads on two CPUs one is queued by its own kind.
    CHECK(crowded_s(3, whole_cpu) < 0.08);
}

TEST_CASE("a library's thread that looks for work has none, whether it spins or waits for a CPU to do so") {
    Story story;
    const StackId import_ = story.python("<module>", "/app.py", 3);
    const StackId server = story.native("blas_thread_server", StackId::Empty);
    const StackId looks = story.native("sched_yield", server);
    const StackId multiplies = story.native("dgemm_kernel", server);
    RunStory& run = story.run(2, 100);
    run.thread("main").works(100, import_);
    run.thread("pool").works(30, looks).away(20, 20).works(10, looks).works(40, multiplies);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Work) == Approx(140));
    CHECK(ms_of(ledger, Category::RunQueue) == 0);
    CHECK(charged_ms(ledger, Category::Serial, import_) == Approx(60));
}

TEST_CASE("a thread that is queued while a library's burns the CPU without work waits for that one") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId looks = story.native("sched_yield", story.native("blas_thread_server", StackId::Empty));
    story.manifest().machine.cpus = 2;
    RunStory& run = story.run(2, 100);
    run.thread("a").works(100, f);
    run.thread("b").works(10, f).away(80, 80).works(10, f);
    run.thread("pool").works(10, looks).works(80, looks).works(10, looks);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ledger.crowded_out.by_idlers_s == Approx(0.08));
    CHECK(ledger.burnt_s == Approx(0.1));
    CHECK(ledger.crowded_out.by_others_s == 0);
    CHECK(ms_of(ledger, Category::RunQueue) == Approx(80));
}

}  // namespace
}  // namespace ftscale::tests
