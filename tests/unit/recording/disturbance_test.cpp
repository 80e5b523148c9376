// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/disturbance.h"

#include "support/catch.h"

namespace ftscale::recording {
namespace {

/// A second at two threads on these CPUs of four.
Run run_beside(double others_s, double stolen_s = 0, std::vector<int> cpus = {0, 1}) {
    Run run;
    run.threads = 2;
    run.started_ns = 1'000'000'000;
    run.ended_ns = 2'000'000'000;
    run.cpus = std::move(cpus);
    run.other_load = OtherLoad{others_s, stolen_s, {}, {}};
    return run;
}

Machine four_cpus() {
    Machine machine;
    machine.cpus = 4;
    return machine;
}

TEST_CASE("what others took of a run's CPUs") {
    CHECK(taken_cpus(run_beside(0.5), four_cpus()) == Approx(0.5));
    CHECK(taken_cpus(run_beside(0.5, 0.1), four_cpus()) == Approx(0.6));
    CHECK(taken_cpus(Run{}, four_cpus()) == 0);
}

TEST_CASE("CPUs that the run's threads leave free are anybody's") {
    CHECK(taken_cpus(run_beside(1.8, 0, {}), four_cpus()) == 0);
    CHECK(taken_cpus(run_beside(2.5, 0, {}), four_cpus()) == Approx(0.5));
    CHECK(taken_cpus(run_beside(0, 0.4, {}), four_cpus()) == Approx(0.2));  // half of what was stolen
}

TEST_CASE("a run is disturbed by a twentieth of its CPUs") {
    CHECK_FALSE(is_disturbed(run_beside(0.09), four_cpus()));
    CHECK(is_disturbed(run_beside(0.11), four_cpus()));
    CHECK(is_disturbed(run_beside(0, 0.11), four_cpus()));
}

TEST_CASE("what the kernel's clock cannot count is no disturbance") {
    Run brief = run_beside(0.02);
    brief.ended_ns = brief.started_ns + 50'000'000;
    CHECK_FALSE(is_disturbed(brief, four_cpus()));
}

TEST_CASE("a run that was stopped, or slept through, is disturbed") {
    Run run = run_beside(0);
    CHECK_FALSE(is_disturbed(run, four_cpus()));
    run.stops = 1;
    CHECK(is_disturbed(run, four_cpus()));
    run.stops = 0;
    run.suspended_ns = 1;
    CHECK(is_disturbed(run, four_cpus()));
}

TEST_CASE("the time in which it was stopped is not its own") {
    Run run = run_beside(0.5);
    run.stopped_ns = 500'000'000;
    CHECK(running_s(run) == Approx(0.5));
    CHECK(taken_cpus(run, four_cpus()) == Approx(1));
}

}  // namespace
}  // namespace ftscale::recording
