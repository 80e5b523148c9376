// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Locks across runs: which are the same, what they are called, what is found about them.
#include "analysed.h"

namespace ftscale::tests {
namespace {

using account::Category;
using account::LockKind;
using analysis::Analysis;
using analysis::Finding;
using analysis::Lock;

//  n=1 |==========|     n=2  a |=======|   each works 50 and waits 20 for the other
//                            b |=======|
TEST_CASE("a shared list is the finding, with the function that appends on both sides") {
    Story story;
    const StackId add = story.python("add", "/home/me/app.py", 12, story.python("work", "/home/me/app.py", 20));
    const StackId append = story.native("list_append", add);
    story.run(1, 100).thread("w").works(100, add);
    RunStory& two = story.run(2, 70);
    const StoryLock lock = story.object_lock("list");
    ThreadStory& a = two.thread("a");
    ThreadStory& b = two.thread("b").works(10, add);
    a.works(30, add).waits(20, lock, append, &b, append).works(20, add);
    b.waits(20, lock, append, &a, append).works(40, add);
    const Analysis analysis = analysed(story);
    REQUIRE(analysis.whole.runs[1].locks.size() == 1);
    const Lock& found = analysis.whole.runs[1].locks[0];
    CHECK(found.id == "object:list@app.py:12");
    CHECK(found.kind == LockKind::Object);
    CHECK(found.waits == 2);
    CHECK(found.wait_s == Approx(0.04));
    CHECK(found.lost_cores == Approx(2 * 0.04 / 0.14));
    CHECK(found.waiters.at(0).place.line == 12);
    CHECK(found.holders.at(0).place.function == "add");
    CHECK(function_row(analysis.whole.runs[1], "add").locks == std::vector<std::string>{"object:list@app.py:12"});
    REQUIRE(analysis.findings.size() == 1);
    const Finding& finding = analysis.findings[0];
    CHECK(finding.rule == "lock");
    CHECK(finding.title == "lock of a list: add (app.py:12) waits 0.57 cores, made to wait by add (app.py:12)");
    CHECK_THAT(finding.advice, ContainsSubstring("list of its own"));
}

TEST_CASE("a lock is the same over runs, wherever it lies in memory; its growth counts") {
    Story story;
    const StackId f = story.python("f", "/app.py", 5);
    for (const int n : {1, 2})
        for (int repeat = 0; repeat < 2; ++repeat) {
            RunStory& run = story.run(n, 100, repeat);
            const StoryLock lock = story.threading_lock();
            for (int i = 0; i < n; ++i) run.thread("w").works(80, f).waits(20, lock, f);
        }
    const Analysis analysis = analysed(story);
    REQUIRE(analysis.whole.runs[1].locks.size() == 1);
    CHECK(analysis.whole.runs[1].locks[0].id == "threading.Lock:_thread.lock@app.py:5");
    CHECK(analysis.whole.runs[0].locks[0].id == analysis.whole.runs[1].locks[0].id);
    CHECK(analysis.whole.runs[1].locks[0].waits == 2);
    CHECK(analysis.whole.runs[1].locks[0].wait_s == Approx(0.04));
    CHECK(analysis.whole.runs[1].locks[0].lost_cores == Approx(0.2));
}

TEST_CASE("two locks waited for at one place stand apart, a crowd of small ones together") {
    Story story;
    const StackId f = story.python("use", "/app.py", 5);
    story.run(1, 100).thread("w").works(100, f);
    RunStory& two = story.run(2, 100);
    const StoryLock large = story.threading_lock(), small = story.threading_lock();
    ThreadStory& a = two.thread("a").waits(50, large, f).waits(20, small, f);
    for (int i = 0; i < 10; ++i) a.waits(1, story.threading_lock(), f);
    a.works(20, f);
    two.thread("b").works(100, f);
    const Analysis analysis = analysed(story);
    const std::vector<Lock>& locks = analysis.whole.runs[1].locks;
    REQUIRE(locks.size() == 3);
    CHECK(locks[0].wait_s == Approx(0.05));
    CHECK(locks[0].id == "threading.Lock:_thread.lock@app.py:5");
    CHECK(locks[1].wait_s == Approx(0.02));
    CHECK(locks[1].id == "threading.Lock:_thread.lock@app.py:5#2");
    CHECK(locks[2].wait_s == Approx(0.01));
    CHECK(locks[2].waits == 10);
}

TEST_CASE("a threading.Lock held long gets the advice to hold it shorter") {
    for (const int waits : {2, 40}) {
        Story story;
        const StackId f = story.python("f", "/app.py", 5);
        story.run(1, 100).thread("w").works(100, f);
        RunStory& two = story.run(2, 100);
        const StoryLock lock = story.threading_lock();
        ThreadStory& a = two.thread("a");
        for (int i = 0; i < waits; ++i) a.works(60.0 / waits, f).waits(20.0 / waits, lock, f);
        two.thread("b").works(100, f);
        const Analysis analysis = analysed(story);
        const auto found = std::find_if(analysis.findings.begin(), analysis.findings.end(),
                                        [](const Finding& finding) { return finding.rule == "lock"; });
        REQUIRE(found != analysis.findings.end());
        CHECK_THAT(found->title, ContainsSubstring("threading.Lock: f (app.py:5) waits 0.20 cores"));
        CHECK_THAT(found->advice, ContainsSubstring(waits == 2 ? "Hold the lock shorter" : "less often"));
    }
}

TEST_CASE("spinning counts with its lock and makes no finding of its own") {
    Story story;
    const StackId f = story.python("f", "/app.py", 5);
    story.run(1, 100).thread("w").works(100, f);
    RunStory& two = story.run(2, 100);
    const StoryLock lock = story.object_lock("dict");
    ThreadStory& a = two.thread("a");
    for (int i = 0; i < 10; ++i) {
        const double entered = a.now_ms();
        a.spins(2, lock.lock_address, f).parks(3, lock, f, entered).works(5, f);
    }
    two.thread("b").works(100, f);
    const Analysis analysis = analysed(story);
    CHECK(analysis.whole.runs[1].ledger[Category::Spin] == Approx(0.02));
    CHECK(analysis.whole.runs[1].locks.at(0).lost_cores == Approx(0.5));
    for (const Finding& finding : analysis.findings) CHECK(finding.rule != "spin");
}

TEST_CASE("the GIL and stopped worlds are causes of their own, not locks among others") {
    Story story;
    const StackId f = story.python("f", "/app.py", 5);
    story.run(1, 100).thread("w").works(100, f);
    RunStory& two = story.run(2, 100);
    two.process().gil_at_start = 1;
    StoryLock gil;
    gil.kind = format::WaitKind::CondTimedWait;
    gil.address = two.process().facts.runtime_address + 8;
    ThreadStory& a = two.thread("a");
    a.works(50, f).waits(50, gil, f);
    StoryLock world;
    world.thread_state = 0x7f00cafe0000;
    world.lock_address = world.thread_state + 40;
    two.thread("b").waits(50, world, f, &a, f).works(50, f);
    const Analysis analysis = analysed(story);
    REQUIRE(analysis.findings.size() == 2);
    for (const Finding& finding : analysis.findings) {
        CHECK((finding.rule == "gil" || finding.rule == "stop_the_world"));
        CHECK(finding.lost_cores == Approx(0.5));
    }
    CHECK(warns(analysis, "gil_enabled"));
}

}  // namespace
}  // namespace ftscale::tests
