// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A function's loss: what the work around gained is not lost to its reference counts and spins.
#include "analysis/functions.h"

#include "analysis/counts.h"
#include "analysis/findings/findings.h"
#include "measured.h"

namespace ftscale::tests {
namespace {

using account::Amounts;
using account::Category;
using analysis::Function;
using analysis::FunctionCosts;
using analysis::FunctionKey;
using analysis::RunResult;

const FunctionKey kF{{"f", "/app.py", 3, false}, false}, kG{{"g", "/app.py", 9, false}, false};

struct Row {
    double work = 0, refcount = 0, spin = 0, serial = 0;
};

Amounts amounts(const Row& row) {
    Amounts result;
    result[Category::Work] = row.work;
    result[Category::Refcount] = row.refcount;
    result[Category::Spin] = row.spin;
    result[Category::Serial] = row.serial;
    return result;
}

/// The loss of f, which cost `before` at the baseline.
Function loss_of(const Row& now, const Row& before, double ideal = 1, bool net_serial = false) {
    FunctionCosts costs, baseline;
    costs[kF].self = amounts(now);
    baseline[kF].self = amounts(before);
    const std::vector<Function> rows = analysis::function_rows(costs, baseline, ideal, net_serial);
    REQUIRE(rows.size() == 1);
    Amounts difference = amounts(now), expected = amounts(before);
    expected *= ideal;
    difference -= expected;
    CHECK(rows[0].loss.total() == Approx(difference.total()).margin(1e-12));
    CHECK(rows[0].loss_s == Approx(difference.total()).margin(1e-12));
    return rows[0];
}

void check_loss(const Function& row, const Row& expected) {
    CHECK(row.loss[Category::Work] == Approx(expected.work).margin(1e-12));
    CHECK(row.loss[Category::Refcount] == Approx(expected.refcount).margin(1e-12));
    CHECK(row.loss[Category::Spin] == Approx(expected.spin).margin(1e-12));
    CHECK(row.loss[Category::Serial] == Approx(expected.serial).margin(1e-12));
}

TEST_CASE("work that shrank is taken from the loss to reference counts, then from that to spins") {
    check_loss(loss_of({.work = 60, .refcount = 60}, {.work = 90, .refcount = 10}), {.refcount = 20});
    check_loss(loss_of({.work = 60, .spin = 60}, {.work = 90, .spin = 10}), {.spin = 20});
    check_loss(loss_of({.work = 60, .refcount = 30, .spin = 60}, {.work = 90, .refcount = 10, .spin = 10}),
               {.spin = 40});
    check_loss(loss_of({.work = 60, .refcount = 50, .spin = 20}, {.work = 90}), {.refcount = 20, .spin = 20});
}

TEST_CASE("no more is taken than there is") {
    check_loss(loss_of({.work = 10, .refcount = 20}, {.work = 90, .refcount = 10}), {.work = -70});
    check_loss(loss_of({.work = 95, .refcount = 20}, {.work = 90, .refcount = 10}), {.work = 5, .refcount = 10});
    check_loss(loss_of({.work = 60, .refcount = 5}, {.work = 90, .refcount = 10}), {.work = -30, .refcount = -5});
}

TEST_CASE("serial time is netted only where the work is fixed per thread") {
    check_loss(loss_of({.work = 100, .serial = 100}, {.work = 100}, 2, true), {});
    check_loss(loss_of({.work = 100, .serial = 100}, {.work = 100}, 2, false), {.work = -100, .serial = 100});
    check_loss(loss_of({.work = 100, .refcount = 30, .serial = 80}, {.work = 100}, 2, true), {.refcount = 10});
}

TEST_CASE("what one function gained is not taken from another's loss") {
    FunctionCosts costs, baseline;
    costs[kF].self = amounts({.work = 50, .refcount = 40});
    costs[kG].self = amounts({.work = 20});
    baseline[kF].self = amounts({.work = 50});
    baseline[kG].self = amounts({.work = 60});
    const std::vector<Function> rows = analysis::function_rows(costs, baseline, 1, false);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].place.function == "f");
    check_loss(rows[0], {.refcount = 40});
    check_loss(rows[1], {.work = -40});
}

//  n=1  |rw========|      n=2  |rrrr~~w====|   f counts, g spins
//                              |rrrr~~w====|
TEST_CASE("a run's categories are netted alike, and sum to its loss") {
    for (const recording::Scaling scaling : {recording::Scaling::Strong, recording::Scaling::Weak}) {
        Story story;
        story.manifest().sweep.scaling = scaling;
        const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
        const auto increment = story.code("PyList_Append", {touch(symbols::AccessKind::Atomic, 8, 16)});
        const StoryObject list = story.object("list");
        story.run(1, 100).thread("w").touches(5, f, increment, list).works(45, f).works(50, g);
        RunStory& two = story.run(2, 100);
        for (const char* name : {"a", "b"})
            two.thread(name).touches(40, f, increment, list).works(20, f).spins(20, 0, g).works(20, g);
        const RunResult run = Measured(story).runs()[1];
        // f: strong -5 work, +75 refcount; weak -50, +70. g: strong -10 work, +40 spin; weak -60, +40.
        const bool strong = scaling == recording::Scaling::Strong;
        CHECK(run.loss_s == Approx(strong ? 0.1 : 0).margin(1e-12));
        CHECK(run.loss[Category::Refcount] == Approx(strong ? 0.07 : 0.02));
        CHECK(run.loss[Category::Spin] == Approx(strong ? 0.03 : 0).margin(1e-12));
        CHECK(run.loss[Category::Work] == Approx(strong ? 0 : -0.02).margin(1e-12));
        CHECK(run.loss.total() == Approx(run.loss_s).margin(1e-12));
        REQUIRE(run.objects.size() == 1);
        CHECK(run.objects[0].lost_cores == Approx(run.lost_cores(Category::Refcount)));
    }
}

/// f slept at line 4 and waited for a lock at line 5, which its work is at, too.
FunctionCosts sleep_above_lock(double sleep_s, double wait_s, double work_s) {
    FunctionCosts costs;
    Amounts above, below;
    above[Category::Sleep] = sleep_s;
    below[Category::LockWait] = wait_s;
    below[Category::Work] = work_s;
    costs[kF].by_line = {{4, above}, {5, below}};
    costs[kF].self = above;
    costs[kF].self += below;
    return costs;
}

TEST_CASE("each category has the line it was spent at, whatever others were spent at the next") {
    const Function row =
        analysis::function_rows(sleep_above_lock(0.3, 0.4, 0.2), sleep_above_lock(0.1, 0, 0.2), 1, false).front();
    CHECK(row.hot_line == 5);
    CHECK(analysis::place_of(row, Category::Sleep).line == 4);
    CHECK(analysis::place_of(row, Category::LockWait).line == 5);
    // It did not grow: where it is.
    CHECK(analysis::place_of(row, Category::Work).line == 5);
    // Nothing of it was seen: where the function begins.
    CHECK(analysis::place_of(row, Category::Io).line == 3);
}

TEST_CASE("what counts is where a category grew") {
    Amounts long_sleep, short_sleep;
    long_sleep[Category::Sleep] = 0.5;
    short_sleep[Category::Sleep] = 0.2;
    FunctionCosts costs, baseline;
    costs[kF].by_line = {{4, long_sleep}, {7, short_sleep}};
    baseline[kF].by_line = {{4, long_sleep}};
    const Function row = analysis::function_rows(costs, baseline, 1, false).front();
    CHECK(analysis::place_of(row, Category::Sleep).line == 7);
}

TEST_CASE("a finding and the functions it names are at the lines of its category") {
    const FunctionCosts costs = sleep_above_lock(0.3, 0.4, 0.2);
    RunResult baseline, run;
    run.threads = 2;
    run.capacity_s = 1;
    run.functions = analysis::function_rows(costs, sleep_above_lock(0, 0, 0.2), 1, false);
    run.ledger = run.functions.front().self;
    run.loss = run.functions.front().loss;
    const std::vector<analysis::Finding> findings = analysis::cause_findings({run, baseline, {}, {}});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].title == "threads sleep in f (app.py:4): 0.60 cores");
    CHECK(findings[0].evidence.back() == "f (app.py:4) 0.300 s");
}

TEST_CASE("what a native function counted is its own whether its source is known or not") {
    Function row;
    row.place = {"sort", "/lib/libsort.so", 0, true};
    analysis::CountCosts costs;
    costs.functions[{row.place, false}].all = {{"instructions", 5e6}};
    row.place.source = "/src/sort.c";
    RunResult run;
    run.functions = {row};
    analysis::state_counts(costs, {}, run);
    CHECK(run.functions[0].counts == analysis::Counts{{"instructions", 5e6}});
}

}  // namespace
}  // namespace ftscale::tests
