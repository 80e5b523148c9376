// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Pauses and collections by who asked for them: sums over a run, means over its repeats.
#include "analysis/pauses.h"

#include "measured.h"

namespace ftscale::tests {
namespace {

using account::StopReason;
using analysis::Pause;
using analysis::RunResult;

//  a |==rr======|   a waits for b to stop, and stops it for `length`
//  b |====xx====|
struct Pausing {
    Story story;
    StackId change = story.python("change", "/app.py", 20), slow = story.python("slow", "/app.py", 9);
    StackId request = story.native("stop_the_world", story.native("object_set_class", change));
    StackId restart = story.native("start_the_world", story.native("object_set_class", change));
    StoryLock event = story.stop_event(), state = story.stopped_world();

    /// Stops at these times, each 2 ms to stop and then as long as given.
    void run(int repeat, const std::vector<std::pair<double, double>>& stops) {
        RunStory& run = story.run(2, 100, repeat);
        ThreadStory &a = run.thread("a"), &b = run.thread("b");
        for (const auto& [at_ms, length_ms] : stops) {
            a.works(at_ms - a.now_ms(), change).waits(2, event, request, &b, slow);
            b.works(at_ms + 2 - b.now_ms(), slow).waits(length_ms, state, slow, &a, restart);
        }
        a.works(100 - a.now_ms(), change);
        b.works(100 - b.now_ms(), slow);
    }
    std::vector<RunResult> runs() { return Measured(story).runs(); }
};

TEST_CASE("pauses of one place and reason are one row: means over the repeats, the longest of all") {
    Pausing p;
    p.run(0, {{10, 4}, {50, 20}});
    p.run(1, {});
    const RunResult result = p.runs()[0];
    REQUIRE(result.pauses.size() == 1);
    const Pause& pause = result.pauses[0];
    CHECK(pause.reason == StopReason::ClassAssignment);
    CHECK(pause.requester.function == "change");
    CHECK(pause.requester.line == 20);
    CHECK(pause.stops == Approx(1));
    CHECK(pause.pause_s == Approx(0.5 * (0.006 + 0.022)));
    CHECK(pause.longest_s == Approx(0.022));
    CHECK(pause.to_stop_s == Approx(0.5 * 0.004));
    CHECK(pause.longest_to_stop_s == Approx(0.002));
    CHECK(pause.stopped_s == Approx(0.5 * (0.024 + 0.004)));
    CHECK(pause.stopped_threads == Approx(1));
    REQUIRE(pause.stragglers.size() == 1);
    CHECK(pause.stragglers[0].place.function == "slow");
    CHECK(pause.stragglers[0].wait_s == Approx(0.002));
    CHECK(result.ledger[account::Category::StopTheWorld] == Approx(pause.stopped_s));
}

TEST_CASE("pauses for different reasons stand in rows of their own, most thread time first") {
    Pausing p;
    p.run(0, {{10, 4}});
    p.restart = p.story.native("start_the_world", p.story.native("gc_freeze_impl", p.change));
    p.run(1, {{10, 30}});
    const RunResult result = p.runs()[0];
    REQUIRE(result.pauses.size() == 2);
    CHECK(result.pauses[0].reason == StopReason::GcModule);
    CHECK(result.pauses[0].stops == Approx(0.5));
    CHECK(result.pauses[1].reason == StopReason::ClassAssignment);
}

TEST_CASE("collections by what triggered them") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
    RunStory& first = story.run(1, 100, 0);
    first.thread("w").works(10, f).collects(4, f, 0, 100).works(10, f).collects(20, f, 2, 50).works(56, f);
    RunStory& second = story.run(1, 100, 1);
    second.thread("w").works(40, f).collects(2, g, 0, 10).works(58, f);
    const RunResult result = Measured(story).runs()[0];
    REQUIRE(result.collections.size() == 2);
    const analysis::CollectionRow& row = result.collections[0];
    CHECK(row.trigger.function == "f");
    CHECK(row.count == Approx(1));
    CHECK(row.total_s == Approx(0.012));
    CHECK(row.longest_s == Approx(0.02));
    CHECK(row.collected == Approx(75));
    CHECK(row.by_generation.at(0) == Approx(0.5));
    CHECK(row.by_generation.at(2) == Approx(0.5));
    CHECK(result.collections[1].trigger.function == "g");
    CHECK(result.collections[1].longest_s == Approx(0.002));
    CHECK(result.ledger[account::Category::Gc] == Approx(0.013));
}

}  // namespace
}  // namespace ftscale::tests
