// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Stop-the-world pauses from the waits of both sides. = work, r the requester waits, x stopped.
#include "account/stop_reasons.h"
#include "accounted.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using account::Ledger;
using account::StopReason;
using account::WorldStop;

/// A requester, and two others that are stopped.
struct Stopping {
    Story story;
    StackId f = story.python("f", "/app.py", 3);
    StackId slow = story.python("slow", "/app.py", 9);
    StackId change = story.python("change", "/app.py", 20);
    StackId request = story.native("stop_the_world", story.native("type_set_name", change));
    StackId restart = story.native("start_the_world", story.native("type_set_name", change));
    RunStory& run = story.run(3, 100);
    ThreadStory& a = run.thread("a");
    ThreadStory& b = run.thread("b");
    ThreadStory& c = run.thread("c");
    StoryLock event = story.stop_event();
    StoryLock state_b = story.stopped_world(), state_c = story.stopped_world();
    Ledger ledger() { return Accounted(story).ledger(); }
};

double ms_from_begin(std::uint64_t time_ns) { return (static_cast<double>(time_ns) - Story::ns(0)) / 1e6; }

//  a |==rrrr==========|   waits for c from 20 to 60, restarts the world at 70
//  b |===xxxx=========|
//  c |======x=========|   the straggler
TEST_CASE("a pause has a requester, a straggler, a time to stop and a length") {
    Stopping s;
    s.a.works(20, s.change).waits(40, s.event, s.request, &s.c, s.slow).works(40, s.change);
    s.b.works(30, s.f).waits(40, s.state_b, s.f, &s.a, s.restart).works(30, s.f);
    s.c.works(60, s.slow).waits(10, s.state_c, s.slow, &s.a, s.restart).works(30, s.slow);
    const Ledger ledger = s.ledger();
    CHECK(ms_of(ledger, Category::StopTheWorld) == Approx(40 + 40 + 10));
    REQUIRE(ledger.world_stops.size() == 1);
    const WorldStop& stop = ledger.world_stops[0];
    CHECK(ms_from_begin(stop.begin_ns) == Approx(20));
    CHECK(ms_from_begin(stop.stopped_ns) == Approx(60));
    CHECK(ms_from_begin(stop.end_ns) == Approx(70));
    CHECK(stop.stopped_threads == 2);
    CHECK(stop.waited_s == Approx(0.04));
    CHECK(stop.stopped_s == Approx(0.05));
    CHECK(stop.straggler == s.slow);
    CHECK(stop.requester == s.restart);
    CHECK(stop.reason == StopReason::TypeChange);
    REQUIRE(ledger.locks.size() == 1);
    CHECK(ledger.locks[0].kind == account::LockKind::StopTheWorld);
}

//  a |==rr==rr==|
//  b |==xx==xx==|
TEST_CASE("two stops in a row are two") {
    Stopping s;
    s.a.works(10, s.change);
    s.b.works(11, s.f);
    s.c.works(12, s.slow);
    for (int i = 0; i < 2; ++i) {
        s.a.waits(8, s.event, s.request, &s.c, s.slow).works(12, s.change);
        s.b.waits(9, s.state_b, s.f, &s.a, s.restart).works(11, s.f);
        s.c.works(6, s.slow).waits(3, s.state_c, s.slow, &s.a, s.restart).works(11, s.slow);
    }
    const Ledger ledger = s.ledger();
    REQUIRE(ledger.world_stops.size() == 2);
    for (const int i : {0, 1}) {
        const WorldStop& stop = ledger.world_stops[static_cast<std::size_t>(i)];
        CHECK(ms_from_begin(stop.begin_ns) == Approx(10 + 20 * i));
        CHECK(ms_from_begin(stop.end_ns) == Approx(21 + 20 * i));
        CHECK(stop.stopped_threads == 2);
        CHECK(stop.straggler == s.slow);
    }
}

TEST_CASE("nobody was waited for: the stop is known from those that were stopped") {
    Stopping s;
    s.a.works(100, s.change);
    s.b.works(30, s.f).waits(20, s.state_b, s.f, &s.a, s.restart).works(50, s.f);
    s.c.sleeps(40, s.f).waits(9, s.state_c, s.f, &s.a, s.restart).works(51, s.f);
    const Ledger ledger = s.ledger();
    REQUIRE(ledger.world_stops.size() == 1);
    CHECK(ms_from_begin(ledger.world_stops[0].begin_ns) == Approx(30));
    CHECK(ledger.world_stops[0].straggler == StackId::Empty);
    CHECK(ledger.world_stops[0].stopped_ns == ledger.world_stops[0].begin_ns);
    CHECK(ledger.world_stops[0].waited_s == 0);
    CHECK(ledger.world_stops[0].stopped_threads == 2);
}

//  a |==r|r|r==|   waits in slices of 1 ms, until b leaves the interpreter for a long call of its own
TEST_CASE("a requester without victims made one stop, however many slices its wait had") {
    Stopping s;
    s.a.works(20, s.change);
    for (int i = 0; i < 3; ++i) {
        s.a.waits(1, s.event, s.request, i == 2 ? &s.b : nullptr, s.slow);
        if (i < 2) s.a.record().waits.back().error = 110;  // ETIMEDOUT
    }
    s.a.works(30, s.change).waits(1, s.event, s.request, &s.b, s.slow).works(46, s.change);
    s.b.works(23, s.slow).sleeps(77, s.slow);
    const Ledger ledger = s.ledger();
    REQUIRE(ledger.world_stops.size() == 2);
    const WorldStop& stop = ledger.world_stops[0];
    CHECK(ms_from_begin(stop.begin_ns) == Approx(20));
    CHECK(ms_from_begin(stop.end_ns) == Approx(23));
    CHECK(stop.waited_s == Approx(0.003));
    CHECK(stop.stopped_threads == 0);
    CHECK(stop.straggler == s.slow);
    CHECK(stop.requester == s.request);
    CHECK(ledger.world_stops[1].waited_s == Approx(0.001));
}

TEST_CASE("slices of a wait with victims are one stop") {
    Stopping s;
    s.a.works(20, s.change);
    for (int i = 0; i < 3; ++i) {
        s.a.waits(1, s.event, s.request, i == 2 ? &s.c : nullptr, s.slow);
        if (i < 2) s.a.record().waits.back().error = 110;
    }
    s.a.works(77, s.change);
    s.b.works(21, s.f).waits(4, s.state_b, s.f, &s.a, s.restart).works(75, s.f);
    s.c.works(23, s.slow).waits(2, s.state_c, s.slow, &s.a, s.restart).works(75, s.slow);
    const Ledger ledger = s.ledger();
    REQUIRE(ledger.world_stops.size() == 1);
    CHECK(ms_from_begin(ledger.world_stops[0].begin_ns) == Approx(20));
    CHECK(ms_from_begin(ledger.world_stops[0].stopped_ns) == Approx(23));
    CHECK(ms_from_begin(ledger.world_stops[0].end_ns) == Approx(25));
    CHECK(ledger.world_stops[0].waited_s == Approx(0.003));
}

//  a |==r|r|r|r|==|   slices of 1 ms; c is the only other thread
//  c |=========|x=|   gets to its own wait a little after it ended the requester's
TEST_CASE("a straggler that is the only victim made the requester wait through all slices") {
    for (const double later_ms : {0.0, 0.1}) {
        Stopping s;
        s.a.works(20, s.change);
        for (int i = 0; i < 4; ++i) {
            s.a.waits(1, s.event, s.request, i == 3 ? &s.c : nullptr, s.slow);
            if (i < 3) s.a.record().waits.back().error = 110;
        }
        s.a.works(76, s.change);
        s.c.works(24 + later_ms, s.slow).waits(2, s.state_c, s.slow, &s.a, s.restart).works(74 - later_ms, s.slow);
        const Ledger ledger = s.ledger();
        REQUIRE(ledger.world_stops.size() == 1);
        const WorldStop& stop = ledger.world_stops[0];
        CHECK(ms_from_begin(stop.begin_ns) == Approx(20));
        CHECK(ms_from_begin(stop.stopped_ns) == Approx(24));
        CHECK(ms_from_begin(stop.end_ns) == Approx(26 + later_ms));
        CHECK(stop.stopped_threads == 1);
        CHECK(stop.waited_s == Approx(0.004));
        CHECK(stop.straggler == s.slow);
    }
}

TEST_CASE("two requesters' stops are kept apart") {
    Stopping s;
    s.a.works(50, s.change).waits(10, s.state_b, s.change, &s.b, s.restart).works(40, s.change);
    s.b.works(20, s.f).waits(10, s.state_b, s.f, &s.a, s.restart).works(70, s.f);
    s.c.works(20, s.f).waits(10, s.state_c, s.f, &s.a, s.restart).works(20, s.f);
    s.c.waits(10, s.state_c, s.f, &s.b, s.restart).works(40, s.f);
    const Ledger ledger = s.ledger();
    REQUIRE(ledger.world_stops.size() == 2);
    CHECK(ms_from_begin(ledger.world_stops[0].begin_ns) == Approx(20));
    CHECK(ms_from_begin(ledger.world_stops[1].begin_ns) == Approx(50));
    CHECK(ledger.world_stops[1].stopped_threads == 2);
}

TEST_CASE("a stop counts in the region that it ended in") {
    Stopping s;
    s.a.works(100, s.change);
    s.b.works(30, s.f).waits(20, s.state_b, s.f, &s.a, s.restart).works(50, s.f);
    const Accounted accounted(s.story);
    const auto stops = [&](double begin_ms, double end_ms) {
        return accounted.ledger_of(0, account::Region({{Story::ns(begin_ms), Story::ns(end_ms)}})).world_stops.size();
    };
    CHECK(stops(0, 50) == 1);
    CHECK(stops(0, 45) == 0);
    CHECK(stops(45, 60) == 1);
    CHECK(stops(50, 60) == 0);
}

TEST_CASE("a collection around a stop is its reason, whatever the names say") {
    for (const bool around : {true, false}) {
        Stopping s;
        const StackId bare = s.story.native("libpython.so+0x1234", s.change);
        s.a.works(20, s.change).collects(40, s.change, 1, 7).works(40, s.change);
        const double stopped_at = around ? 40 : 70;
        s.b.works(stopped_at, s.f).waits(10, s.state_b, s.f, &s.a, bare).works(90 - stopped_at, s.f);
        const Ledger ledger = s.ledger();
        REQUIRE(ledger.world_stops.size() == 1);
        CHECK(ledger.world_stops[0].reason == (around ? StopReason::Collection : StopReason::Unknown));
        REQUIRE(ledger.collections.size() == 1);
        CHECK(ledger.collections[0].generation == 1);
        CHECK(ledger.collections[0].collected == 7);
    }
}

TEST_CASE("the requester's function is the reason") {
    using Expected = std::pair<const char*, StopReason>;
    for (const auto& [function, reason] : {Expected{"gc_collect_main", StopReason::Collection},
                                           {"gc_collect_main.cold", StopReason::Collection},
                                           {"gc_freeze_impl", StopReason::GcModule},
                                           {"object_set_class", StopReason::ClassAssignment},
                                           {"type_set_bases", StopReason::TypeChange},
                                           {"type_set", StopReason::Unknown},
                                           {"func_set_code", StopReason::FunctionChange},
                                           {"sys_settrace", StopReason::Tracing},
                                           {"monitoring_set_events", StopReason::Monitoring},
                                           {"_imp_create_dynamic_impl", StopReason::ExtensionImport},
                                           {"_PyThread_CurrentFrames", StopReason::CurrentFrames},
                                           {"os_fork_impl", StopReason::Fork},
                                           {"_Py_qsbr_reserve", StopReason::ThreadTable},
                                           {"_PyGC_ImmortalizeDeferredObjects", StopReason::FirstThread},
                                           {"anything", StopReason::Unknown}}) {
        Story story;
        const StackId f = story.python("gc_collect_main", "/app.py", 3);  // a Python function's name says nothing
        const StackId caller = story.native(function, f);
        const StackId requester = story.native("start_the_world", caller);
        const Accounted accounted(story);
        CAPTURE(function);
        CHECK(account::stop_reason(accounted.sites(), requester) == reason);
        CHECK(std::string(account::stop_reason_name(reason)).size() > 3);
    }
}

TEST_CASE("what called the Python code that stopped the world is not the reason") {
    Story story;
    const StackId outer = story.native("_PyEval_EvalFrameDefault", story.native("gc_collect_main", StackId::Empty));
    const StackId requester =
        story.native("start_the_world", story.native("something", story.python("f", "/a.py", 1, outer)));
    const StackId named = story.native("object_set_class", outer);
    const Accounted accounted(story);
    CHECK(account::stop_reason(accounted.sites(), requester) == StopReason::Unknown);
    CHECK(account::stop_reason(accounted.sites(), named) == StopReason::ClassAssignment);
    CHECK(account::stop_reason(accounted.sites(), StackId::Empty) == StopReason::Unknown);
}

}  // namespace
}  // namespace ftscale::tests
