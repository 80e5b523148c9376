// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Whether the script heeds the thread count: what is claimed, what is withheld then, and who is innocent.
#include "analysis/findings/findings.h"
#include "unit/analysis/analysed.h"

namespace ftscale::tests {
namespace {

using analysis::Analysis;
using analysis::Finding;
namespace rule = analysis::rule;

bool has(const Analysis& analysis, const std::string& rule) {
    return std::any_of(analysis.findings.begin(), analysis.findings.end(),
                       [&](const Finding& finding) { return finding.rule == rule; });
}

bool claims(const Analysis& analysis) {
    return has(analysis, rule::kCountIgnored) || has(analysis, rule::kWorkMultiplied);
}

const Finding& first(const Analysis& analysis) {
    REQUIRE_FALSE(analysis.findings.empty());
    return analysis.findings.front();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

//  n=1  main |starved==|      n=2  main |starved==|
//       a    |f========|           a    |f========|
struct Ignoring {
    Story story;
    StackId f = story.python("f", "/app.py", 3);
    StackId join = story.python("join", "/app.py", 9);

    Ignoring() {
        for (const int threads : {1, 2}) {
            RunStory& run = story.run(threads, 400);
            run.thread("MainThread").starves(400, join);
            run.thread("a").works(400, f);
        }
    }
};

TEST_CASE("a script with one thread at each count is told so, and not what to do about the idle slots") {
    Ignoring ignoring;
    const Analysis analysis = analysed(ignoring.story);
    const Finding& finding = first(analysis);
    CHECK(finding.rule == rule::kCountIgnored);
    CHECK(finding.severity == "high");
    CHECK(finding.lost_cores == Approx(1));
    CHECK(finding.title ==
          "the script does the same at 1 and 2 threads: whatever it is told, 1 thread is busy at a time");
    CHECK(finding.evidence == std::vector<std::string>{"at 1 thread: 1 thread beside the main one, 1 busy at a time, "
                                                       "0.400 s of CPU time in 0.400 s",
                                                       "at 2 threads: 1 thread beside the main one, 1 busy at a time, "
                                                       "0.400 s of CPU time in 0.400 s"});
    CHECK(contains(finding.advice, "--workers {threads}"));
    CHECK(contains(finding.advice, "FTSCALE_THREADS"));
    CHECK_FALSE(finding.speedup_without);
    CHECK(analysis.findings.size() == 1);
}

TEST_CASE("the advice is for how the script was told") {
    Ignoring told;
    told.story.manifest().argv = {"app.py", "--jobs={threads}"};
    CHECK(contains(first(analysed(told.story)).advice, "It is told the thread count by {threads}"));
    for (const std::vector<std::string>& argv :
         {std::vector<std::string>{"-m", "pytest", "tests"}, std::vector<std::string>{"/usr/bin/pytest", "-q"}}) {
        Ignoring tests;
        tests.story.manifest().argv = argv;
        CHECK(contains(first(analysed(tests.story)).advice, "--parallel-threads {threads}"));
    }
}

TEST_CASE("that another program held it up at one thread is no gain by the second") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    ThreadStory& held_up = story.run(1, 600).thread("MainThread");
    for (int i = 0; i < 20; ++i) held_up.works(20, f).away(10, 10);
    story.run(2, 400).thread("MainThread").works(400, f);
    CHECK(first(analysed(story)).rule == rule::kCountIgnored);
}

TEST_CASE("that is no perfect score in weak scaling") {
    Ignoring ignoring;
    ignoring.story.manifest().sweep.scaling = recording::Scaling::Weak;
    const Analysis analysis = analysed(ignoring.story);
    CHECK(first(analysis).rule == rule::kCountIgnored);
    CHECK(first(analysis).lost_cores == Approx(1));
}

/// Four threads that share as many CPUs as the run has threads.
void run_pool(Story& story, StackId f, int threads) {
    RunStory& run = story.run(threads, 400.0 / threads);
    run.thread("MainThread").starves(400.0 / threads, f);
    for (const char* name : {"a", "b", "c", "d"}) {
        ThreadStory& thread = run.thread(name);
        const double away = 10 * (4.0 / threads - 1);
        for (int i = 0; i < 10; ++i) thread.works(10, f).away(away, away);
    }
}

TEST_CASE("a pool of a size of its own is told, though it gets faster by CPUs") {
    Story story;
    story.manifest().sweep.pinned = true;
    const StackId f = story.python("f", "/app.py", 3);
    run_pool(story, f, 1);
    run_pool(story, f, 2);
    const Analysis analysis = analysed(story);
    const Finding& finding = first(analysis);
    CHECK(finding.rule == rule::kCountIgnored);
    CHECK(contains(finding.title, "4 threads are busy at a time"));
    REQUIRE(finding.evidence.size() == 3);
    CHECK(contains(finding.evidence[2], "pinned"));
    CHECK(finding.lost_cores == Approx(0).margin(0.01));
}

/// Each thread does the work of one, in `f` and `g`.
void run_each(Story& story, StackId f, StackId g, int threads, double f_ms, double g_ms) {
    RunStory& run = story.run(threads, f_ms + g_ms);
    for (int i = 0; i < threads; ++i) run.thread("w" + std::to_string(i)).works(f_ms, f).works(g_ms, g);
}

TEST_CASE("threads that each do the whole work are told of weak scaling") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
    story.manifest().machine.cpus = 4;
    run_each(story, f, g, 1, 200, 100);
    run_each(story, f, g, 4, 200, 100);
    const Analysis analysis = analysed(story);
    const Finding& finding = first(analysis);
    CHECK(finding.rule == rule::kWorkMultiplied);
    CHECK(finding.title == "4 threads take 4.00x the CPU time of 1: each seems to do the whole work");
    CHECK(finding.lost_cores == Approx(3));
    CHECK(contains(finding.advice, "--scaling weak"));
    CHECK_FALSE(has(analysis, "work"));
}

TEST_CASE("and none where the work is meant to grow") {
    Story story;
    story.manifest().sweep.scaling = recording::Scaling::Weak;
    const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
    run_each(story, f, g, 1, 200, 100);
    run_each(story, f, g, 2, 200, 100);
    CHECK(analysed(story).findings.empty());
}

TEST_CASE("threads that slow each other down do so in one place more than in another") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
    run_each(story, f, g, 1, 200, 100);
    run_each(story, f, g, 2, 100, 200);
    const Analysis analysis = analysed(story);
    CHECK_FALSE(claims(analysis));
    CHECK(has(analysis, "work"));
}

TEST_CASE("a script that heeds the count is innocent, however little it gains") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), wait = story.python("wait", "/app.py", 9);
    SECTION("one thread does all of the work") {
        story.run(1, 400).thread("a").works(400, f);
        RunStory& two = story.run(2, 400);
        two.thread("a").works(400, f);
        two.thread("b").works(1, f);
    }
    SECTION("the others starve") {
        story.run(1, 400).thread("a").works(400, f);
        RunStory& two = story.run(2, 400);
        two.thread("a").works(400, f);
        two.thread("b").starves(400, wait);
    }
    SECTION("all is done under one lock") {
        const StoryLock lock = story.threading_lock();
        story.run(1, 400).thread("a").works(400, f);
        RunStory& two = story.run(2, 400);
        ThreadStory& a = two.thread("a");
        a.works(200, f);
        two.thread("b").waits(200, lock, f, &a, f).works(200, f);
    }
    SECTION("as many threads at each count, of which as many as the count run at a time") {
        for (const int threads : {1, 2}) {
            RunStory& run = story.run(threads, 400.0 / threads);
            for (int i = 0; i < 8; ++i) run.thread("t", 50.0 * (i / threads)).works(50, f);
        }
    }
    SECTION("one thread has as many requests under way as the count") {
        for (const int threads : {1, 2}) {
            RunStory& run = story.run(threads, 40 + 360.0 / threads);
            run.thread("MainThread").works(40, f).reads(360.0 / threads, wait);
        }
    }
    SECTION("its processes do") {
        for (const int threads : {1, 2}) {
            RunStory& run = story.run(threads, 400);
            run.thread("MainThread").works(100, f).reads(300, wait);
            run.process().stat = format::ProcessStat{300'000'000, 0, 0};
        }
    }
    SECTION("outside of the marked region") {
        for (const int threads : {1, 2}) {
            RunStory& run = story.run(threads, 400);
            run.thread("MainThread").works(200, f).starves(200, wait).marks("alone", 0, 200);
            for (int i = 0; i < threads; ++i) run.thread("w", 200).works(200.0 / threads, f);
        }
    }
    CHECK_FALSE(claims(analysed(story)));
}

/// A script of one thread beside a pool of a library, which has as many threads as the count and works for so long.
bool claims_beside_pool(double pool_ms) {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    const StackId server = story.native("libopenblas.so", StackId::Empty);
    for (const int threads : {1, 2}) {
        RunStory& run = story.run(threads, 400);
        run.thread("MainThread").works(400, f);
        for (int i = 0; i < threads; ++i) {
            ThreadStory& pool = run.thread("blas");
            if (pool_ms > 0) pool.works(pool_ms / threads, server);
            pool.starves(400 - pool_ms / threads, server);
            pool.record().start_routine = story.frame_of(server);
        }
    }
    return claims(analysed(story));
}

TEST_CASE("a library's pool that has nothing to do is not the script's heeding, one that works may be") {
    CHECK(claims_beside_pool(0));
    CHECK(claims_beside_pool(4));
    CHECK_FALSE(claims_beside_pool(200));
}

TEST_CASE("nothing is claimed of what was not recorded in full") {
    const auto spoil = [](auto change) {
        Ignoring ignoring;
        RunStory& three = ignoring.story.run(3, 400);
        three.thread("MainThread").starves(400, ignoring.join);
        three.thread("a").works(400, ignoring.f);
        change(three.process());
        return claims(analysed(ignoring.story));
    };
    CHECK(spoil([](recording::Process&) {}));
    CHECK_FALSE(spoil([](recording::Process& process) { process.chunkless.threads = 1; }));
    CHECK_FALSE(spoil([](recording::Process& process) { process.thinnings.resize(1); }));
    CHECK_FALSE(spoil([](recording::Process& process) { process.exec_ns = Story::ns(400); }));
    CHECK_FALSE(spoil([](recording::Process& process) { process.stat = format::ProcessStat{0, 2, 0}; }));
}

TEST_CASE("one thread count alone has nothing to be compared with") {
    Story story;
    story.run(1, 400).thread("MainThread").works(400, story.python("f", "/app.py", 3));
    CHECK(analysed(story).findings.empty());
}

}  // namespace
}  // namespace ftscale::tests
