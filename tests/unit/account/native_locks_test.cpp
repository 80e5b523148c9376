// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Locks of native code that samples see: the words of pthread's, and the C library's own.
#include "accounted.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using account::Ledger;
using account::LockKind;

TEST_CASE("readers of a lock that several threads want fight over its word, though none waits") {
    for (const bool shared : {true, false}) {
        Story story;
        const StackId f = story.python("f", "/app.py", 3), find = story.native("find_loop", f);
        const StackId read = story.native("pthread_rwlock_tryrdlock", story.native("pthread_rwlock_rdlock", find));
        RunStory& run = story.run(2, 100);
        run.thread("a").works(30, read).works(70, f);
        run.thread("b").works(20, shared ? read : f).works(80, f);
        const Ledger ledger = Accounted(story).ledger();
        CHECK(ms_of(ledger, Category::Spin) == Approx(shared ? 50 : 0).margin(2));
        REQUIRE(ledger.locks.size() == (shared ? 1 : 0));
        if (!shared) continue;
        CHECK(ledger.locks[0].kind == LockKind::Pthread);
        CHECK(ledger.locks[0].type == "pthread_rwlock in find_loop");
        CHECK(ledger.locks[0].spin_s == Approx(0.05).margin(0.002));
    }
}

TEST_CASE("the probe's frames are never who wants a lock, though they have no names") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), find = story.native("find_loop", f);
    const StackId read = story.native("pthread_rwlock_tryrdlock", story.native("libftscale_probe.so", find));
    RunStory& run = story.run(2, 100);
    run.thread("a").works(50, read).works(50, f);
    run.thread("b").works(50, read).works(50, f);
    const Ledger ledger = Accounted(story).ledger();
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].type == "pthread_rwlock in find_loop");
}

TEST_CASE("waiting for a lock of the C library is told by the function that has it, system calls included") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), draw = story.native("random", f);
    const StackId wait = story.native("__lll_lock_wait_private", draw);
    const StackId wake = story.native("__lll_lock_wake_private", draw);
    RunStory& run = story.run(2, 100);
    run.process().facts.flags |= format::kKernelSampled;
    run.thread("a").ticks(4, 3).works(40, wait).ticks(1, 0).works(60, draw);
    run.thread("b").ticks(4, 3).works(20, wake).ticks(1, 0).works(80, draw);
    const Ledger ledger = Accounted(story).ledger();
    CHECK(ms_of(ledger, Category::Spin) == Approx(60).margin(2));
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].type == "lock of the C library in random");
}

TEST_CASE("locks of different functions are different locks") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId one = story.native("pthread_mutex_lock", story.native("insert", f));
    const StackId other = story.native("pthread_mutex_unlock", story.native("remove", f));
    RunStory& run = story.run(2, 100);
    run.thread("a").works(30, one).works(70, other);
    run.thread("b").works(30, one).works(70, other);
    CHECK(Accounted(story).ledger().locks.size() == 2);
}

}  // namespace
}  // namespace ftscale::tests
