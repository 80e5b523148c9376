// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/selection.h"

#include "base/error.h"
#include "profiled.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using analysis::Profile;
using exports::select_stacks;
using exports::Selection;
using exports::Side;
using exports::StackWeight;
using exports::WeightedStacks;
using exports::What;

//  main |=======================starved======================|
//  a    |=====work 60=====|==lock 40, ended by b in release==|
//  b    |=====work 80======================|=====work 20=====|
struct TwoThreads {
    Story story;
    StackId add = story.python("add", "/app.py", 12), release = story.python("release", "/app.py", 30);
    StackId join = story.python("main", "/app.py", 40);
    StoryLock list = story.object_lock("list");

    void run_one(double wall_ms = 120) {
        RunStory& run = story.run(1, wall_ms);
        run.thread("a").works(wall_ms, add);
    }
    void run_two(int repeat = 0, double wait_ms = 40) {
        RunStory& run = story.run(2, 100, repeat);
        ThreadStory &a = run.thread("a"), &b = run.thread("b");
        a.works(100 - wait_ms, add).waits(wait_ms, list, add, &b, release);
        b.works(80, add).works(20, release);
    }
};

double sum_of(const Profile& profile, const std::vector<StackWeight>& stacks, const std::string& leaf,
              Category category) {
    double sum = 0;
    for (const StackWeight& stack : stacks)
        if (stack.category == category && stack.node != 0 &&
            profile.tree.functions[profile.tree.nodes[stack.node].function].function == leaf)
            sum += stack.value;
    return sum;
}

std::string refused(const Profile& profile, const Selection& selection) {
    try {
        select_stacks(profile, selection);
    } catch (const base::Error& error) {
        CHECK(error.code() == base::ExitCode::Usage);
        return std::string(error.what()) + "; " + error.hint();
    }
    return {};
}

TEST_CASE("CPU time: all threads first, then the threads by weight, with their samples") {
    TwoThreads told;
    told.run_one();
    told.run_two();
    const Profile profile = profiled(told.story);
    const WeightedStacks stacks = select_stacks(profile, {0, What::Cpu, {}, Side::Waiter, {}});
    CHECK(stacks.threads == 2);
    CHECK(stacks.is_time);
    REQUIRE(stacks.series.size() == 3);
    CHECK(stacks.series[0].name == "all threads");
    CHECK(stacks.series[1].name == "b");
    CHECK(stacks.series[2].name == "a");
    CHECK(stacks.series[0].total() == Approx(0.160));
    CHECK(stacks.series[1].total() == Approx(0.100));
    CHECK(sum_of(profile, stacks.series[0].stacks, "add", Category::Work) == Approx(0.140));
    CHECK(sum_of(profile, stacks.series[0].stacks, "release", Category::Work) == Approx(0.020));
    double samples = 0;
    for (const StackWeight& stack : stacks.series[0].stacks) samples += stack.events;
    CHECK(samples == Approx(160));
}

TEST_CASE("waits stand at the waiter's stack or at the holder's, with their lock and how many they were") {
    TwoThreads told;
    told.run_one();
    told.run_two();
    const Profile profile = profiled(told.story);
    for (const auto& [side, leaf] : {std::pair(Side::Waiter, "add"), std::pair(Side::Holder, "release")}) {
        const WeightedStacks stacks = select_stacks(profile, {2, What::Wait, {}, side, {}});
        REQUIRE(stacks.series.size() == 2);
        CHECK(stacks.series[1].name == "a");
        REQUIRE(stacks.series[0].stacks.size() == 1);
        CHECK(sum_of(profile, stacks.series[0].stacks, leaf, Category::LockWait) == Approx(0.040));
        CHECK(stacks.series[0].stacks[0].events == Approx(1));
        REQUIRE(stacks.series[0].stacks[0].lock == 0);
        CHECK(stacks.locks.at(0).type == "list");
    }
}

TEST_CASE("values are means over the repeats") {
    TwoThreads told;
    told.run_two(0, 40);
    told.run_two(1, 10);
    const WeightedStacks stacks = select_stacks(profiled(told.story), {2, What::Wait, {}, Side::Waiter, {}});
    CHECK(stacks.repeats == 2);
    CHECK(stacks.series[0].total() == Approx(0.025));
    CHECK(stacks.series[0].stacks.at(0).events == Approx(1));
}

TEST_CASE("the whole ledger sums to threads x wall time, the loss to the gap to ideal") {
    TwoThreads told;
    told.run_one();
    told.run_two();
    SECTION("strong scaling") {
        const Profile profile = profiled(told.story);
        CHECK(select_stacks(profile, {1, What::All, {}, Side::Waiter, {}}).series[0].total() == Approx(0.120));
        CHECK(select_stacks(profile, {2, What::All, {}, Side::Waiter, {}}).series[0].total() == Approx(0.200));
        const WeightedStacks loss = select_stacks(profile, {2, What::Loss, {}, Side::Waiter, {}});
        CHECK(loss.series[0].total() == Approx(0.080));
        CHECK(sum_of(profile, loss.series[0].stacks, "add", Category::LockWait) == Approx(0.040));
        CHECK(sum_of(profile, loss.series[0].stacks, "add", Category::Work) == Approx(0.020));
    }
    SECTION("weak scaling: twice the work is no loss") {
        told.story.manifest().sweep.scaling = recording::Scaling::Weak;
        const Profile profile = profiled(told.story);
        CHECK(select_stacks(profile, {2, What::Loss, {}, Side::Waiter, {}}).series[0].total() == Approx(-0.040));
    }
}

TEST_CASE("one thread alone") {
    TwoThreads told;
    told.run_two();
    const WeightedStacks stacks = select_stacks(profiled(told.story), {2, What::Cpu, {}, Side::Waiter, "a"});
    REQUIRE(stacks.series.size() == 1);
    CHECK(stacks.series[0].name == "a");
    CHECK(stacks.series[0].total() == Approx(0.060));
}

TEST_CASE("threads of one name are one series") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    RunStory& run = story.run(2, 100);
    run.thread("pool").works(50, f);
    run.thread("pool", 50).works(50, f);
    const WeightedStacks stacks = select_stacks(profiled(story), {2, What::Cpu, {}, Side::Waiter, {}});
    REQUIRE(stacks.series.size() == 2);
    CHECK(stacks.series[1].name == "pool");
    CHECK(stacks.series[1].total() == Approx(0.100));
}

TEST_CASE("what a counter has counted") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
    RunStory& run = story.run(1, 100);
    run.process().counters = {{"page-faults", 0, false}};
    run.thread("w").counts({2}).works(60, f).counts({5}).works(40, g);
    const Profile profile = profiled(story);
    const WeightedStacks stacks = select_stacks(profile, {1, What::Counter, "page-faults", Side::Waiter, {}});
    CHECK_FALSE(stacks.is_time);
    CHECK(stacks.unit_name == "page-faults");
    CHECK(sum_of(profile, stacks.series[0].stacks, "f", Category::Work) == Approx(120));
    CHECK(sum_of(profile, stacks.series[0].stacks, "g", Category::Work) == Approx(200));
    CHECK(refused(profile, {1, What::Counter, "cycles", Side::Waiter, {}}) ==
          "--what: the recording has no counts of 'cycles'; it has: page-faults");
}

TEST_CASE("what the recording does not have is refused by name") {
    TwoThreads told;
    told.run_one();
    told.run_two();
    const Profile profile = profiled(told.story);
    CHECK(refused(profile, {3, What::Cpu, {}, Side::Waiter, {}}) ==
          "--threads: the recording has no run at 3 threads; it has: 1, 2");
    CHECK(refused(profile, {2, What::Cpu, {}, Side::Waiter, "c"}) ==
          "--thread: no thread is called 'c'; there are: a, b");
    CHECK_THAT(refused(profile, {2, What::Loss, {}, Side::Waiter, "a"}), ContainsSubstring("--thread"));
    CHECK_THAT(refused(profile, {2, What::Counter, "cycles", Side::Waiter, {}}), ContainsSubstring("record with -e"));
    Story empty;
    const Profile nothing = profiled(empty);
    CHECK_THROWS_AS(select_stacks(nothing, {}), base::Error);
}

TEST_CASE("a timeline shows the run of median wall time") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    for (const double wall_ms : {50.0, 90.0, 70.0}) {
        RunStory& run = story.run(1, wall_ms, static_cast<int>(wall_ms));
        run.thread("w").works(wall_ms, f);
    }
    const Profile profile = profiled(story);
    CHECK(exports::typical_run(profile, 0).wall_s == Approx(0.070));
}

TEST_CASE("names of what can be exported") {
    CHECK(exports::find_what("refcount") == What::Refcount);
    CHECK_FALSE(exports::find_what("counter"));
    CHECK_FALSE(exports::find_what(""));
}

}  // namespace
}  // namespace ftscale::tests
