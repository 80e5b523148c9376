// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Whole sweeps, told and analysed: curve, losses, functions.
#include "analysed.h"
#include "analysis/runs.h"

namespace ftscale::tests {
namespace {

using account::Category;
using analysis::Analysis;
using analysis::RunResult;

constexpr double kMs = 1e-3;

//  n=1  |==========|    n=2  |=====|
//                            |=====|
TEST_CASE("perfect scaling loses nothing and finds nothing") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    for (const int n : {1, 2, 4}) {
        RunStory& run = story.run(n, 400.0 / n);
        for (int i = 0; i < n; ++i) run.thread("w").works(400.0 / n, f);
    }
    const Analysis analysis = analysed(story);
    REQUIRE(analysis.whole.points.size() == 3);
    CHECK(analysis.whole.points[2].speedup == Approx(4));
    CHECK(analysis.whole.points[2].efficiency == Approx(1));
    CHECK(analysis.whole.runs[2].loss_s == Approx(0).margin(1e-9));
    CHECK(analysis.findings.empty());
    CHECK(analysis.baseline_threads == 1);
    REQUIRE(analysis.whole.amdahl);
    CHECK(analysis.whole.amdahl->serial_fraction == Approx(0).margin(1e-6));
}

//  n=2  main |===ssssss..|     30 ms of 100 alone
//       a    |...=======|
TEST_CASE("a serial section of 30 % is found, sized and named") {
    Story story;
    const StackId main = story.python("main", "/app.py", 30);
    const StackId load = story.python("load", "/app.py", 3, main);
    const StackId f = story.python("f", "/app.py", 9);
    for (const int n : {1, 2, 4}) {
        const double part = 700.0 / n;
        RunStory& run = story.run(n, 300 + part);
        run.thread("main").works(300, load).starves(part, main);
        for (int i = 0; i < n; ++i) run.thread("w", 300).works(part, f);
    }
    const Analysis analysis = analysed(story);
    const RunResult& two = analysis.whole.runs[1];
    CHECK(two.loss_s == Approx(300 * kMs));
    CHECK(two.loss[Category::Serial] == Approx(300 * kMs));
    CHECK(two.functions.front().place.function == "load");
    CHECK(two.functions.front().hot_line == 3);
    CHECK(analysis.whole.amdahl->serial_fraction == Approx(0.3));
    REQUIRE(analysis.findings.size() == 1);
    CHECK(analysis.findings[0].rule == "serial");
    CHECK(analysis.findings[0].lost_cores == Approx(4 * 900.0 / 1900));
    CHECK_THAT(analysis.findings[0].title, ContainsSubstring("load (app.py:3) runs alone"));
    CHECK(analysis.findings[0].severity == "high");
}

TEST_CASE("starved workers are found where they wait") {
    Story story;
    const StackId produce = story.python("produce", "/app.py", 3);
    const StackId consume = story.python("consume", "/app.py", 9);
    const StackId wait = story.python("Condition.wait", "/usr/lib/python3.13t/threading.py", 355, consume);
    RunStory& one = story.run(1, 100);
    one.thread("main").starves(100, produce);
    one.thread("w").works(100, consume);
    RunStory& two = story.run(2, 100);
    two.thread("main").sleeps(100, produce);
    for (const char* name : {"a", "b"}) two.thread(name).works(50, consume).starves(50, wait);
    const Analysis analysis = analysed(story);
    REQUIRE(analysis.findings.size() == 2);
    CHECK(analysis.findings[0].rule == "starved");
    CHECK_THAT(analysis.findings[0].title, ContainsSubstring("consume (app.py:9)"));
    CHECK(analysis.findings[0].lost_cores == Approx(2.0 / 3));  // two of the three blocked threads
    CHECK(analysis.findings[1].rule == "sleep");
}

TEST_CASE("blocking in I/O is found") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId read = story.python("read", "/app.py", 9);
    story.run(1, 100).thread("w").works(100, f);
    RunStory& two = story.run(2, 100);
    for (const char* name : {"a", "b"}) two.thread(name).works(50, f).reads(50, read);
    const Analysis analysis = analysed(story);
    REQUIRE(analysis.findings.size() == 1);
    CHECK(analysis.findings[0].rule == "io");
    CHECK(analysis.findings[0].lost_cores == Approx(1));
    CHECK(function_row(analysis.whole.runs[1], "read").loss[Category::Io] == Approx(0.1));
}

TEST_CASE("more threads than CPUs show in the run queue") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    story.run(1, 160).thread("w").works(160, f);
    RunStory& two = story.run(2, 160);
    two.facts().oversubscribed = true;
    for (const char* name : {"a", "b"}) {
        ThreadStory& thread = two.thread(name);
        for (int i = 0; i < 20; ++i) thread.works(4, f).away(4, 4);
    }
    const Analysis analysis = analysed(story);
    CHECK(analysis.findings[0].rule == "run_queue");
    CHECK(analysis.findings[0].lost_cores == Approx(1).epsilon(0.05));
    CHECK(warns(analysis, "oversubscribed"));
    CHECK(analysis.whole.points[1].oversubscribed);
}

//  n=1  load |=====| f |=====|      n=2  load |=====| f |=====|
//                                                     f |=====|
TEST_CASE("weak scaling: what runs alone at every count is no loss") {
    Story story;
    story.manifest().sweep.scaling = recording::Scaling::Weak;
    const StackId load = story.python("load", "/app.py", 3);
    const StackId f = story.python("f", "/app.py", 9);
    for (const int n : {1, 2}) {
        RunStory& run = story.run(n, 100);
        run.thread("main").works(50, load).starves(50, load);
        for (int i = 0; i < n; ++i) run.thread("w", 50).works(50, f);
    }
    const Analysis analysis = analysed(story);
    const RunResult& two = analysis.whole.runs[1];
    CHECK(analysis.whole.points[1].speedup == Approx(2));
    CHECK(two.loss_s == Approx(0).margin(1e-12));
    CHECK(two.ledger[Category::Serial] == Approx(0.05));
    CHECK(two.loss[Category::Serial] == Approx(0).margin(1e-12));
    CHECK(two.loss[Category::Work] == Approx(0).margin(1e-12));
    CHECK(analysis.findings.empty());
}

TEST_CASE("weak scaling: a section that grows with the threads remains a loss after netting") {
    Story story;
    story.manifest().sweep.scaling = recording::Scaling::Weak;
    const StackId merge = story.python("merge", "/app.py", 3);
    const StackId f = story.python("f", "/app.py", 9);
    for (const int n : {1, 2}) {
        RunStory& run = story.run(n, 50 + 50 * n);
        run.thread("main").works(50 * n, merge).starves(50, merge);
        for (int i = 0; i < n; ++i) run.thread("w", 50 * n).works(50, f);
    }
    const Analysis analysis = analysed(story);
    CHECK(analysis.whole.runs[1].loss_s == Approx(0.1));
    CHECK(analysis.whole.runs[1].loss[Category::Serial] == Approx(0.1));
    CHECK(analysis.findings.at(0).rule == "serial");
}

TEST_CASE("repeats are averaged, with intervals") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    for (const int n : {1, 2})
        for (int repeat = 0; repeat < 3; ++repeat) {
            const double wall = (100 + repeat) / n;
            RunStory& run = story.run(n, wall, repeat);
            for (int i = 0; i < n; ++i) run.thread("w").works(wall, f);
        }
    const Analysis analysis = analysed(story);
    const analysis::Point& two = analysis.whole.points[1];
    CHECK(two.repeats_s.size() == 3);
    REQUIRE(two.ci95_s);
    CHECK(two.ci95_s->first < two.wall_s);
    REQUIRE(two.speedup_ci95);
    CHECK(two.speedup_ci95->first < two.speedup);
    CHECK(two.speedup_ci95->second > two.speedup);
    CHECK_FALSE(warns(analysis, "single_repeat"));
    CHECK_FALSE(analysis.whole.usl);  // two thread counts
}

TEST_CASE("without a run at one thread the smallest count is the baseline") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    for (const int n : {2, 4}) {
        RunStory& run = story.run(n, 400.0 / n);
        for (int i = 0; i < n; ++i) run.thread("w").works(400.0 / n, f);
    }
    const Analysis analysis = analysed(story);
    CHECK(analysis.baseline_threads == 2);
    CHECK(analysis.whole.points[0].speedup == Approx(2));
    CHECK(analysis.whole.points[1].speedup == Approx(4));
    CHECK(analysis.whole.runs[1].loss_s == Approx(0).margin(1e-9));
    CHECK(warns(analysis, "no_single_thread_run"));
    CHECK_FALSE(analysis.whole.amdahl);
}

TEST_CASE("warm-ups, controls and failed runs make no figures") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    story.run(1, 100).thread("w").works(100, f);
    RunStory& warmup = story.run(1, 900);
    warmup.thread("w").works(900, f);
    warmup.facts().warmup = true;
    RunStory& control = story.run(1, 900);
    control.thread("w").works(900, f);
    control.facts().control = "gil";
    RunStory& failed = story.run(2, 20);
    failed.thread("w").works(20, f);
    failed.facts().exit_code = 3;
    const Analysis analysis = analysed(story);
    REQUIRE(analysis.whole.points.size() == 1);
    CHECK(analysis.whole.points[0].wall_s == Approx(0.1));
    CHECK(warns(analysis, "run_failed"));
    CHECK_FALSE(warns(analysis, "no_successful_run"));
    CHECK(analysis.findings.empty());
}

TEST_CASE("where no run succeeded, what there is is shown, with a warning") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    run.thread("w").works(120, f).killed();
    run.process().script_end_ns.reset();
    run.process().exit_ns.reset();
    run.facts().outcome = recording::RunOutcome::Signalled;
    run.facts().signal = 9;
    const Analysis analysis = analysed(story);
    REQUIRE(analysis.whole.points.size() == 1);
    CHECK(analysis.whole.points[0].wall_s == Approx(0.12));
    CHECK(analysis.whole.runs[0].ledger[Category::Work] == Approx(0.12));
    CHECK(warns(analysis, "no_successful_run"));
}

TEST_CASE("of many regions the longest are explained; any other where it is asked for") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    ThreadStory& thread = story.run(1, 400).thread("main").works(400, f);
    for (int i = 0; i < 200; ++i) thread.marks("batch " + std::to_string(i), 2 * i, 2 * i + (i < 100 ? 1 : 2));
    const recording::Recording recording = story.finish();
    const symbols::Symbols symbols(recording);
    const analysis::Analysis all = analysis::analyze(recording, symbols);
    CHECK(all.regions.size() == analysis::kMostRegions);
    CHECK(warns(all, "many_regions"));
    for (const analysis::RegionResult& region : all.regions) CHECK(region.points[0].wall_s == Approx(0.002));
    CHECK(all.whole.points[0].wall_s == Approx(0.3));
    const analysis::Analysis one = analysis::analyze(recording, symbols, {.region = "batch 7"});
    REQUIRE(one.regions.size() == 1);
    CHECK(one.regions[0].name == "batch 7");
    CHECK_FALSE(warns(one, "many_regions"));
}

TEST_CASE("marked regions are measured instead of the script, unless the whole is asked for") {
    for (const bool whole : {false, true}) {
        Story story;
        const StackId f = story.python("f", "/app.py", 3);
        story.run(1, 100).thread("w").works(100, f).marks("fit", 20, 60).marks("load", 0, 10).marks("fit", 70, 80);
        const Analysis analysis = analysed(story, {whole});
        CHECK(analysis.whole.points[0].wall_s == Approx(whole ? 0.1 : 0.06));
        REQUIRE(analysis.regions.size() == (whole ? 0 : 2));
        if (whole) continue;
        CHECK(analysis.regions[0].name == "fit");
        CHECK(analysis.regions[0].points[0].wall_s == Approx(0.05));
        CHECK(analysis.regions[1].name == "load");
    }
}

TEST_CASE("native functions repeat the time of the Python functions they work for; native threads stand alone") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId sort = story.native("list_sort", f);
    const StackId blas = story.native("dgemm", StackId::Empty);
    RunStory& run = story.run(2, 100);
    run.thread("main").works(100, sort);
    run.thread("blas").works(100, blas);
    const Analysis analysis = analysed(story);
    const RunResult& result = analysis.whole.runs[0];
    CHECK(function_row(result, "f").self[Category::Work] == Approx(0.1));
    CHECK(function_row(result, "f").by_line.at(3).total() == Approx(0.1));
    const analysis::Function native = function_row(result, "list_sort+0x0");
    CHECK(native.place.native);
    CHECK_FALSE(native.outside_python);
    CHECK(native.self[Category::Work] == Approx(0.1));
    CHECK(function_row(result, "dgemm+0x0").outside_python);
    CHECK(warns(analysis, "no_symbols"));
}

TEST_CASE("an empty recording is an answer, not an error") {
    Story story;
    const Analysis analysis = analysed(story);
    CHECK(analysis.whole.points.empty());
    CHECK(warns(analysis, "no_runs"));
}

TEST_CASE("a run whose script never began has nothing to measure") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(1, 100);
    run.thread("w").works(100, f);
    run.process().script_begin_ns.reset();
    const Analysis analysis = analysed(story);
    CHECK(analysis.whole.points.empty());
    CHECK(warns(analysis, "no_region"));
}

TEST_CASE("disturbed runs are left out where two others remain, else kept and marked") {
    for (const int calm : {1, 2}) {
        Story story;
        const StackId f = story.python("f", "/app.py", 3);
        story.manifest().machine.cpus = 1;
        story.manifest().sweep.retry_disturbed = 5;
        for (int repeat = 0; repeat < 3; ++repeat) {
            const double ms = repeat < calm ? 100 : 300;
            RunStory& run = story.run(1, ms, repeat);
            run.thread("main").works(ms, f);
            run.facts().other_load = recording::OtherLoad{repeat < calm ? 0 : 0.2, 0, {}, {}};
        }
        const analysis::Analysis analysis = analysed(story);
        const analysis::Point& point = analysis.whole.points.front();
        if (calm == 2) {
            CHECK(point.repeats_s.size() == 2);
            CHECK(point.left_out == 1);
            CHECK(point.disturbed == 0);
            CHECK(warns(analysis, "disturbed_runs_left_out"));
        } else {
            CHECK(point.repeats_s.size() == 3);
            CHECK(point.left_out == 0);
            CHECK(point.disturbed == 2);
            CHECK(warns(analysis, "disturbed_runs"));
        }
    }
}

}  // namespace
}  // namespace ftscale::tests
