// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/sweep.h"

#include <string>

#include "support/catch.h"
#include "unit/launch/mock_executor.h"

namespace ftscale::launch {
namespace {

using recording::Manifest;
using recording::Run;
using recording::RunOutcome;

Execution lasting(double seconds, RunOutcome outcome = RunOutcome::Exited, int exit_code = 0) {
    Execution execution;
    execution.outcome = outcome;
    execution.exit_code = exit_code;
    execution.started_ns = 1'000'000'000;
    execution.ended_ns = execution.started_ns + static_cast<std::uint64_t>(seconds * 1e9);
    return execution;
}

/// A sweep of four runs on two cores: a warm-up at 2, then 1, 2, 4 threads.
struct Fixture {
    std::vector<PlannedRun> plan{{2, 0, true}, {1, 0, false}, {2, 0, false}, {4, 0, false}};
    Manifest manifest;
    std::vector<Manifest> saved;
    std::vector<SweepProgress> announced;
    std::vector<int> told;  // threads to come, by run

    SweepEnd run(MockExecutor& executor) {
        SweepSurroundings surroundings;
        surroundings.topology = {{0, 0, 0}, {1, 0, 1}};
        surroundings.command_for = [this](const Run& run, int threads_to_come) {
            told.push_back(threads_to_come);
            Command command;
            command.arguments = {"python", std::to_string(run.id)};
            command.cpus = run.cpus;
            return command;
        };
        surroundings.save = [this](const Manifest& now) { saved.push_back(now); };
        surroundings.announce = [this](const SweepProgress& progress) { announced.push_back(progress); };
        return run_sweep(plan, executor, surroundings, manifest);
    }
};

/// Beside others that take a CPU for all of its time.
Execution disturbed() {
    Execution execution = lasting(2);
    execution.other_load = recording::OtherLoad{2, 0, {}, {}};
    return execution;
}

std::vector<int> threads_of(const std::vector<Run>& runs) {
    std::vector<int> threads;
    for (const Run& run : runs) threads.push_back(run.threads);
    return threads;
}

TEST_CASE("runs that others disturbed are made again at the end, as often as is allowed") {
    Fixture sweep;
    sweep.manifest.machine.cpus = 2;
    sweep.manifest.sweep.retry_disturbed = 2;
    MockExecutor executor([](std::size_t run) { return run == 0 || run == 2 || run == 4 ? disturbed() : lasting(2); });
    CHECK(sweep.run(executor) == SweepEnd::Complete);
    // The warm-up is not; the run at 2 threads is, and once more.
    CHECK(threads_of(sweep.manifest.runs) == std::vector<int>{2, 1, 2, 4, 2, 2});
    CHECK(sweep.manifest.runs[4].repeat == 1);
    CHECK(sweep.manifest.runs[5].repeat == 2);
    CHECK(sweep.announced.back().total == 6);
}

TEST_CASE("a machine that is never quiet does not prolong a sweep for ever, and need not at all") {
    for (const int most : {0, 3}) {
        Fixture sweep;
        sweep.manifest.machine.cpus = 2;
        sweep.manifest.sweep.retry_disturbed = most;
        MockExecutor executor([](std::size_t) { return disturbed(); });
        CHECK(sweep.run(executor) == SweepEnd::Complete);
        CHECK(sweep.manifest.runs.size() == 4 + static_cast<std::size_t>(most));
    }
}

TEST_CASE("controls and runs without the probe are not made again") {
    Fixture sweep;
    sweep.manifest.machine.cpus = 2;
    sweep.manifest.sweep.retry_disturbed = 5;
    sweep.plan = {{1, 0, false, recording::kGilControl}, {1, 0, false, {}, false}};
    MockExecutor executor([](std::size_t) { return disturbed(); });
    sweep.run(executor);
    CHECK(sweep.manifest.runs.size() == 2);
}

TEST_CASE("a sweep makes the planned runs in order and describes them") {
    Fixture sweep;
    MockExecutor executor([](std::size_t) { return lasting(2); });
    CHECK(sweep.run(executor) == SweepEnd::Complete);
    REQUIRE(sweep.manifest.runs.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        const Run& run = sweep.manifest.runs[i];
        CHECK(run.id == static_cast<int>(i));
        CHECK(executor.commands[i].arguments[1] == std::to_string(i));
        CHECK(run.threads == sweep.plan[i].threads);
        CHECK(run.warmup == sweep.plan[i].warmup);
        CHECK(run.outcome == RunOutcome::Exited);
        CHECK(run.ended_ns - run.started_ns == 2'000'000'000);
    }
    CHECK_FALSE(sweep.manifest.interrupted);
}

TEST_CASE("each run is told how much is still to be recorded") {
    Fixture sweep;
    sweep.plan.insert(sweep.plan.begin() + 2, {2, 0, false, "", false});  // a twin without the probe
    sweep.plan.push_back({2, 0, false, recording::kProcessesControl});
    MockExecutor executor([](std::size_t) { return lasting(1); });
    sweep.run(executor);
    CHECK(sweep.told == std::vector<int>{11, 9, 8, 8, 6, 2, 2});
}

TEST_CASE("a run whose end nobody saw has no length and has not succeeded") {
    Fixture sweep;
    MockExecutor executor([](std::size_t) {
        Execution execution = lasting(1, RunOutcome::Lost);
        execution.ended_ns = 0;
        return execution;
    });
    CHECK(sweep.run(executor) == SweepEnd::Failed);
    CHECK(describe_outcome(sweep.manifest.runs[0]) == "how it ended is not known");
    CHECK(estimate_remaining_s(sweep.plan, 1, sweep.manifest.runs) == 0);
}

TEST_CASE("runs are placed on CPUs, and flagged where these do not suffice") {
    Fixture sweep;
    MockExecutor executor([](std::size_t) { return lasting(1); });
    sweep.run(executor);
    CHECK(sweep.manifest.runs[1].cpus == std::vector<int>{0});
    CHECK(executor.commands[2].cpus == std::vector<int>{0, 1});
    CHECK_FALSE(sweep.manifest.runs[2].oversubscribed);
    CHECK(sweep.manifest.runs[3].oversubscribed);
}

TEST_CASE("without pinning the flags stay") {
    Fixture sweep;
    sweep.manifest.sweep.pinned = false;
    MockExecutor executor([](std::size_t) { return lasting(1); });
    sweep.run(executor);
    CHECK(sweep.manifest.runs[1].cpus.empty());
    CHECK(sweep.manifest.runs[3].oversubscribed);
}

TEST_CASE("a control group's limit oversubscribes like missing CPUs do") {
    Fixture sweep;
    sweep.manifest.machine.cgroup_cpu_limit = 1.5;
    MockExecutor executor([](std::size_t) { return lasting(1); });
    sweep.run(executor);
    CHECK_FALSE(sweep.manifest.runs[1].oversubscribed);
    CHECK(sweep.manifest.runs[2].oversubscribed);
}

TEST_CASE("a run that fails ends the sweep") {
    for (const RunOutcome outcome :
         {RunOutcome::Exited, RunOutcome::Signalled, RunOutcome::TimedOut, RunOutcome::FailedToStart}) {
        Fixture sweep;
        MockExecutor executor([&](std::size_t i) {
            return i == 1 ? lasting(1, outcome, outcome == RunOutcome::Exited ? 3 : 0) : lasting(1);
        });
        CHECK(sweep.run(executor) == SweepEnd::Failed);
        CHECK(executor.commands.size() == 2);
        REQUIRE(sweep.manifest.runs.size() == 2);
        CHECK(sweep.manifest.runs[1].outcome == outcome);
        CHECK_FALSE(sweep.manifest.interrupted);
    }
}

TEST_CASE("a warm-up that fails is a run to report on") {
    Fixture sweep;
    MockExecutor executor([](std::size_t) { return lasting(1, RunOutcome::Signalled); });
    CHECK(sweep.run(executor) == SweepEnd::Failed);
    REQUIRE(sweep.manifest.runs.size() == 1);
    CHECK_FALSE(sweep.manifest.runs[0].warmup);
    CHECK_FALSE(sweep.saved.front().runs[0].warmup);  // nor is one that we are killed in
}

TEST_CASE("an interrupt during a run ends the sweep and is noted") {
    Fixture sweep;
    MockExecutor executor(
        [](std::size_t i) { return lasting(1, i == 2 ? RunOutcome::Interrupted : RunOutcome::Exited); });
    CHECK(sweep.run(executor) == SweepEnd::Interrupted);
    CHECK(sweep.manifest.runs.size() == 3);
    CHECK(sweep.manifest.interrupted);
    CHECK(sweep.saved.back().interrupted);
}

TEST_CASE("an interrupt between two runs starts no further one") {
    Fixture sweep;
    MockExecutor executor([](std::size_t) { return lasting(1); });
    executor.interrupt_before = 2;
    CHECK(sweep.run(executor) == SweepEnd::Interrupted);
    CHECK(sweep.manifest.runs.size() == 2);
    CHECK(sweep.manifest.interrupted);
}

TEST_CASE("what is saved is true if we are killed right then") {
    Fixture sweep;
    MockExecutor executor([](std::size_t) { return lasting(1); });
    sweep.run(executor);
    REQUIRE(sweep.saved.size() == 9);  // before and after each of four runs, and at the end
    CHECK(sweep.saved[2].runs.size() == 2);
    CHECK(sweep.saved[2].runs[0].outcome == RunOutcome::Exited);
    CHECK(sweep.saved[2].runs[1].outcome == RunOutcome::Interrupted);
    CHECK(sweep.saved[2].interrupted);
    CHECK_FALSE(sweep.saved.back().interrupted);
}

TEST_CASE("progress is announced with the time that is left, once it can be told") {
    Fixture sweep;
    MockExecutor executor([](std::size_t i) { return lasting(i == 0 ? 2 : 4); });
    sweep.run(executor);
    REQUIRE(sweep.announced.size() == 4);
    CHECK(sweep.announced[0].number == 1);
    CHECK(sweep.announced[0].total == 4);
    CHECK_FALSE(sweep.announced[0].remaining_s);
    CHECK(sweep.announced[1].remaining_s.value() == Approx(2 + 2 + 2));
    // The warm-up took 2 s at 2 threads, the run at 1 thread 4 s: 2 s are expected for 2 threads and the mean, 3 s,
    // for 4.
    CHECK(sweep.announced[2].remaining_s.value() == Approx(2 + 3));
}

TEST_CASE("a control of processes is a run for each, started together, on a CPU each while there are enough") {
    Fixture sweep;
    sweep.plan = {{1, 0, false}, {2, 1, false, "processes"}, {4, 0, false, "processes"}, {1, 1, false}};
    MockExecutor executor([](std::size_t) { return lasting(1); });
    CHECK(sweep.run(executor) == SweepEnd::Complete);
    CHECK(executor.together == std::vector<std::size_t>{1, 2, 4, 1});
    const auto& runs = sweep.manifest.runs;
    REQUIRE(runs.size() == 8);
    for (std::size_t i = 0; i < runs.size(); ++i) CHECK(runs[i].id == static_cast<int>(i));
    for (const std::size_t i : {1, 2}) {
        CHECK((runs[i].control == "processes" && runs[i].threads == 2 && runs[i].repeat == 1));
        CHECK(runs[i].cpus == std::vector<int>{static_cast<int>(i) - 1});
    }
    CHECK(runs[3].cpus == std::vector<int>{0, 1});
    CHECK(runs[3].oversubscribed);
    REQUIRE(sweep.announced.size() == 4);
    CHECK(sweep.announced[1].run.control == "processes");
}

TEST_CASE("extra runs that fail end neither the sweep nor other kinds, but are not tried again") {
    for (const bool is_control : {true, false}) {
        PlannedRun extra{2, 0, false, is_control ? "processes" : "", is_control};
        Fixture sweep;
        sweep.plan = {extra, {1, 0, false}, {2, 0, false, "gil"}, extra, {2, 0, false}};
        MockExecutor executor([](std::size_t i) { return lasting(1, RunOutcome::Exited, i == 0 ? 3 : 0); });
        CHECK(sweep.run(executor) == SweepEnd::Failed);
        CHECK(executor.together == std::vector<std::size_t>{is_control ? 2U : 1U, 1, 1, 1});
        CHECK(sweep.manifest.runs.front().exit_code == 3);
        CHECK(sweep.manifest.runs.back().outcome == RunOutcome::Exited);
        CHECK_FALSE(sweep.manifest.interrupted);
    }
}

TEST_CASE("an interrupt during a control ends the sweep, whichever of its processes it reached") {
    for (const std::size_t reached : {0, 1}) {
        Fixture sweep;
        sweep.plan = {{2, 0, false, "processes"}, {1, 0, false}};
        MockExecutor executor(
            [&](std::size_t i) { return lasting(1, i == reached ? RunOutcome::Interrupted : RunOutcome::Signalled); });
        CHECK(sweep.run(executor) == SweepEnd::Interrupted);
        CHECK(sweep.manifest.runs.size() == 2);
        CHECK(sweep.manifest.interrupted);
    }
}

TEST_CASE("the time left is that of runs of the same kind") {
    const std::vector<PlannedRun> plan{{2, 0, false}, {2, 0, false, "gil"}, {2, 1, false, "gil"}};
    std::vector<Run> made(2);
    made[0].threads = made[1].threads = 2;
    made[1].control = "gil";
    made[0].ended_ns = 1'000'000'000;
    made[1].ended_ns = 2'000'000'000;
    CHECK(estimate_remaining_s(plan, 2, made).value() == Approx(2));
}

TEST_CASE("outcomes in words") {
    Run run;
    run.exit_code = 3;
    CHECK(describe_outcome(run) == "exit status 3");
    run.outcome = RunOutcome::Signalled;
    run.signal = 11;
    CHECK(describe_outcome(run) == "killed by signal 11 (Segmentation fault)");
    run.outcome = RunOutcome::FailedToStart;
    run.start_error = "cannot execute 'x': Permission denied";
    CHECK(describe_outcome(run) == run.start_error);
}

}  // namespace
}  // namespace ftscale::launch
