// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Which waits and spins count, for which lock, and who is to blame.
#include "accounted.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using account::Ledger;
using account::LockKind;

TEST_CASE("a wait that the waiter itself ends is no wait") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    ThreadStory& a = run.thread("a").works(50, f);
    a.waits(10, story.object_lock("list"), f, &a, f).works(40, f);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ledger.locks.empty());
    CHECK(ms_of(ledger, Category::LockWait) == 0);
}

//  waiter |==LLLLLLLLLL==|
//  a           ^              lets go 20 ms after the wait's begin
//  b                    ^     ends it
TEST_CASE("a wait is owed to whoever held the lock meanwhile, not to the one that handed it over") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId early = story.python("early", "/app.py", 5);
    const StackId late = story.python("late", "/app.py", 7);
    RunStory& run = story.run(3, 100);
    const StoryLock lock = story.threading_lock();
    run.thread("waiter").works(20, f).waits(50, lock, f).works(30, f);
    run.thread("a").works(100, early).wakes(40, lock.address, early, lock.lock_address);
    run.thread("b").works(100, late).wakes(70, lock.address, late, lock.lock_address);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ledger.locks[0].holders.at(early) == Approx(0.02));
    CHECK(ledger.locks[0].holders.at(late) == Approx(0.03));
}

//  holder |=====40 ms=====^
//  w1     |====LLLLLLLLLLL=^            each waiter has the lock for 0.1 ms
//  w2     |====LLLLLLLLLLLL=^
//  w3 ...
TEST_CASE("in a convoy the long holder has the blame, however many waiters hand the lock on") {
    const int waiters = GENERATE(1, 7, 49, 200);
    Story story;
    const StackId flush = story.python("flush", "/app.py", 3);
    const StackId book = story.python("book", "/app.py", 9);
    RunStory& run = story.run(waiters + 1, 100);
    const StoryLock lock = story.threading_lock();
    ThreadStory& holder = run.thread("holder").works(100, flush);
    std::vector<ThreadStory*> threads;
    for (int i = 0; i < waiters; ++i) threads.push_back(&run.thread(std::to_string(i)).works(10, book));
    double waited_s = 0, by_flush_s = 0;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        const double end_ms = 50 + 0.1 * static_cast<double>(i);
        ThreadStory& before = i == 0 ? holder : *threads[i - 1];
        threads[i]->waits(end_ms - 10, lock, book, &before, i == 0 ? flush : book).works(100 - end_ms, book);
        waited_s += (end_ms - 10) / 1e3;
        by_flush_s += 0.04;
    }
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].wait_s == Approx(waited_s));
    CHECK(ledger.locks[0].holders.at(flush) == Approx(by_flush_s));
    if (waiters > 1) CHECK(ledger.locks[0].holders.at(book) == Approx(waited_s - by_flush_s));
}

//  a |==LLLL.LLLL==|   . is woken, but another has taken the lock in the meantime
TEST_CASE("what passes until a waiter finds that another has barged in is that one's") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId first = story.python("first", "/app.py", 5), barger = story.python("barger", "/app.py", 7);
    RunStory& run = story.run(3, 100);
    const StoryLock lock = story.object_lock("dict");
    ThreadStory& a = run.thread("a").works(20, f);
    a.parks(12, lock, f, 20).parks(28, lock, f, 20).works(40, f);
    run.thread("b").works(100, first).wakes(30, lock.address, first, lock.lock_address);
    run.thread("c").works(100, barger).wakes(60, lock.address, barger, lock.lock_address);
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].wait_s == Approx(0.04));
    CHECK(ledger.locks[0].holders.at(first) == Approx(0.01));
    CHECK(ledger.locks[0].holders.at(barger) == Approx(0.03));
}

//  writer |====LLLLLLLLLL==|     waits for readers
//  a      |rrrrrrrrrrr^           has read since before
//  b      |  r^  r^  r^  r^       again and again, and once more than the other
TEST_CASE("a writer's wait is owed to the reader that has held the lock for longest, not to each that lets go") {
    Story story;
    const StackId write = story.python("write", "/app.py", 3), read = story.python("read", "/app.py", 5);
    const StackId brief = story.python("brief", "/app.py", 7);
    RunStory& run = story.run(3, 100);
    const StoryLock lock = story.rwlock();
    run.thread("writer").works(10, write).waits(5, lock, write).works(5, write).waits(50, lock, write).works(30, write);
    ThreadStory& a = run.thread("a").works(100, read);
    a.wakes(15, lock.address, read);  // before the writer had it: this says nothing of the later wait
    a.wakes(60, lock.address, read);
    ThreadStory& b = run.thread("b").works(100, brief);
    for (const double time_ms : {30, 40, 50, 55, 70}) b.wakes(time_ms, lock.address, brief);
    for (ThreadStory* reader : {&a, &b})
        for (recording::Wake& wake : reader->record().wakes) {
            wake.kind = format::WaitKind::RwlockWrite;
            wake.flags = format::kByReader;
        }
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].holders.at(read) == Approx(0.005 + 0.035));
    CHECK(ledger.locks[0].holders.at(brief) == Approx(0.015));  // from its last release before on
}

//  w1 |==LLLL==|      let go at 60, runs at 70
//  w2 |==LLLLLLLL|    of its 60 ms: 40 for the holder, 10 for w1, and 10 for nobody alone
TEST_CASE("a hold begins when its thread has woken; the time until then is shared") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 5);
    const StackId h = story.python("h", "/app.py", 7);
    RunStory& run = story.run(3, 100);
    const StoryLock lock = story.threading_lock();
    ThreadStory& holder = run.thread("holder").works(100, h);
    holder.wakes(60, lock.address, h, lock.lock_address);
    ThreadStory& w1 = run.thread("w1").works(20, f).waits(50, lock, f).works(30, f);
    run.thread("w2").works(20, g).waits(60, lock, g, &w1, f).works(20, g);
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].wait_s == Approx(0.11));
    const double held_s = 0.04 + 0.04 + 0.01;  // w1's wait, w2's wait for the holder, and for w1
    CHECK(ledger.locks[0].holders.at(h) == Approx(0.11 * 0.08 / held_s));
    CHECK(ledger.locks[0].holders.at(f) == Approx(0.11 * 0.01 / held_s));
}

//  a |==~~~~~~==|   spins for as long as the holder has the lock, which lets go unseen
TEST_CASE("long spins are owed to what ran meanwhile, first of all to code known to take the lock") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), flush = story.python("flush", "/app.py", 5);
    const StackId inner = story.python("compute", "/app.py", 9, flush);
    const StackId other = story.python("other", "/app.py", 11);
    const StoryLock lock = story.threading_lock();
    const bool was_seen = GENERATE(true, false);
    RunStory& run = story.run(3, 100);
    ThreadStory& a = run.thread("a").works(20, f);
    a.spins(30, lock.lock_address, f).works(10, f);
    ThreadStory& holder = run.thread("holder").works(20, other).works(30, inner).works(50, other);
    run.thread("bystander").works(100, other);
    if (was_seen) {
        a.waits(10, lock, f, &holder, flush).works(30, f);
    } else {
        a.works(40, f);
    }
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].spin_s == Approx(0.03));
    if (was_seen) {
        CHECK(ledger.locks[0].holders.at(flush) == Approx(0.04));
    } else {
        CHECK(ledger.locks[0].holders.at(inner) == Approx(0.015));
        CHECK(ledger.locks[0].holders.at(other) == Approx(0.015));
    }
}

TEST_CASE("a spin during which none of those that take the lock ran is not owed to others that did") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), other = story.python("other", "/app.py", 11);
    const StoryLock lock = story.object_lock("dict");
    RunStory& run = story.run(2, 100);
    ThreadStory& a = run.thread("a").works(20, f);
    ThreadStory& b = run.thread("b").works(100, other);
    a.spins(30, lock.lock_address, f).works(10, f).waits(10, lock, f, &b, f).works(30, f);
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].holders.count(other) == 0);
    CHECK(ledger.locks[0].holders.at(f) == Approx(0.04));
}

TEST_CASE("a wake stamped just after the wait's end still ended it") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    for (const double behind_ms : {0.03, 0.3}) {
        RunStory& run = story.run(2, 100);
        const StoryLock lock = story.threading_lock();
        run.thread("waiter").works(20, f).waits(50, lock, f).works(30, f);
        run.thread("a").works(100, f).wakes(70 + behind_ms, lock.address, f);
    }
    const Accounted accounted(story);
    CHECK(accounted.ledger(0).locks[0].holders.count(f) == 1);
    CHECK(accounted.ledger(1).locks[0].holders.count(f) == 0);
}

//  a |==LL=LL=LL==|   one acquisition parked three times: another thread barged in twice
TEST_CASE("parks of one acquisition are one wait") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    const StoryLock lock = story.object_lock("dict");
    ThreadStory& a = run.thread("a").works(20, f);
    for (int i = 0; i < 3; ++i) a.parks(10, lock, f, 20).works(1, f);
    a.parks(10, lock, f, a.now_ms());
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].waits == 2);
    CHECK(ledger.locks[0].wait_s == Approx(0.04));
}

TEST_CASE("time slices of one wait are one wait, blamed on who ended the last") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId g = story.python("g", "/app.py", 7);
    RunStory& run = story.run(2, 100);
    const StoryLock lock = story.threading_lock();
    ThreadStory& holder = run.thread("holder").works(100, g);
    ThreadStory& a = run.thread("a").works(20, f).waits(10, lock, f);
    a.record().waits.back().error = 110;  // ETIMEDOUT
    a.waits(10, lock, f, &holder, g);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ledger.locks[0].waits == 1);
    CHECK(ledger.locks[0].holders.at(g) == Approx(0.02));
}

//  a |==~~LLLL==~~==|   ~ spins: the first leads to a wait, which teaches the register; the second gets the lock
TEST_CASE("a spin's lock is learnt from the waits that follow spins at the same place") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId g = story.python("g", "/app.py", 9);
    RunStory& run = story.run(1, 100);
    const StoryLock lock = story.object_lock("list"), other = story.object_lock("dict");
    ThreadStory& a = run.thread("a").works(20, f);
    a.spins(2, lock.lock_address, f).parks(8, lock, f, 20).works(10, f);
    a.spins(3, other.lock_address, f).parks(1, other, f, 40).works(10, f);
    a.spins(5, lock.lock_address, g).works(41, f);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Spin) == Approx(10));
    REQUIRE(ledger.locks.size() == 2);
    CHECK(ledger.locks[0].type == "list");
    CHECK(ledger.locks[0].spin_s == Approx(0.007));
    CHECK(ledger.locks[0].waiters.at(g) == Approx(0.005));
    CHECK(ledger.locks[1].spin_s == Approx(0.003));
}

TEST_CASE(
    "a spin about whose place nothing was learnt goes to the lock usually waited for there, else to its caller's") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId pop = story.native("_PyMutex_LockTimed", story.native("deque_pop", f));
    const StackId get = story.native("_PyMutex_LockTimed", story.native("intern_constants", f));
    RunStory& run = story.run(1, 100);
    const StoryLock lock = story.object_lock("collections.deque");
    ThreadStory& a = run.thread("a").works(20, f).waits(10, lock, pop).works(10, f);
    a.spins(5, 0, pop).works(10, f).spins(6, 0, get).works(39, f);
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 2);
    CHECK(ledger.locks[0].spin_s == Approx(0.005));
    CHECK(ledger.locks[1].kind == LockKind::Internal);
    CHECK(ledger.locks[1].type == "mutex in intern_constants");
}

TEST_CASE("what no wait tells about a spin's lock, the function that spins tells") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const auto spin_of = [&](const char* function, const char* slow_path) {
        return story.native("_PyMutex_LockTimed", story.native(slow_path, story.native(function, f)));
    };
    RunStory& run = story.run(1, 100);
    ThreadStory& a = run.thread("a").works(20, f);
    a.spins(9, 0, spin_of("list_append", "_PyCriticalSection_BeginSlow"));
    a.spins(8, 0, spin_of("lock_PyThread_acquire_lock", "PyMutex_Lock"));
    a.spins(7, 0, spin_of("type_mro", "_PyCriticalSection_BeginSlow"));
    a.spins(6, 0, spin_of("rlock_acquire", "_PyRecursiveMutex_LockTimed"));
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 4);
    CHECK(ledger.locks[0].kind == LockKind::Object);
    CHECK(ledger.locks[0].type == "list");
    CHECK(ledger.locks[1].kind == LockKind::ThreadingLock);
    CHECK(ledger.locks[1].type == "_thread.lock");
    CHECK(ledger.locks[2].kind == LockKind::Internal);
    CHECK(ledger.locks[2].type == "mutex in type_mro");
    CHECK(ledger.locks[3].kind == LockKind::ThreadingLock);
    CHECK(ledger.locks[3].type == "_thread.RLock");
}

TEST_CASE("yielding before a wait for a notify is waiting for work") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId wait = story.python("Condition.wait", "/usr/lib/python3.13t/threading.py", 355, f);
    RunStory& run = story.run(1, 100);
    const StoryLock waiter = story.threading_lock();
    ThreadStory& a = run.thread("a").works(20, f);
    a.spins(10, waiter.lock_address, wait).waits(20, waiter, wait).works(10, f);
    a.spins(40, 0, wait);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Starved) == Approx(70));
    CHECK(ms_of(ledger, Category::Spin) == 0);
    CHECK(ledger.locks.empty());
}

TEST_CASE("os.sched_yield in a loop is spinning for no lock") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    run.thread("a").works(20, f).spins(80, 0, story.native("os_sched_yield", f));
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Spin) == Approx(80));
    CHECK(ledger.locks.empty());
}

//  a |==~~~~==|   samples fall into the spin; the work before it belongs to the function that works
TEST_CASE("samples taken while spinning say nothing about the work before") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId spin = story.native("_PyMutex_LockTimed", f);
    RunStory& run = story.run(1, 100);
    ThreadStory& a = run.thread("a");
    for (int i = 0; i < 40; ++i) a.works(0.7, f).spins(1.8, 0, spin);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(charged_ms(ledger, Category::Work, f) == Approx(28).margin(1.5));
    CHECK(ms_of(ledger, Category::Spin) == Approx(72));
}

TEST_CASE("a wait inside a wait is part of the outer one") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    ThreadStory& a = run.thread("a").works(20, f).waits(60, story.threading_lock(), f).works(20, f);
    recording::Wait inner = a.record().waits.back();
    inner.kind = format::WaitKind::Sleep;
    inner.begin_ns = Story::ns(30);
    inner.end_ns = Story::ns(40);
    a.record().waits.push_back(inner);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::LockWait) == Approx(60));
    CHECK(ms_of(ledger, Category::Sleep) == 0);
}

}  // namespace
}  // namespace ftscale::tests
