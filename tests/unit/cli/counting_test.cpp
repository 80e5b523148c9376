// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/counting.h"

#include "base/error.h"
#include "counters/parse.h"
#include "support/catch.h"

using namespace ftscale;
using cli::check_plan;
using cli::counting_request;
using cli::describe_plan;
using cli::order_counters;
using cli::record_counters;
using counters::CounterPlan;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* kNoPmu = "this machine has no such event (no PMU: ENOENT)";

cli::RunOptions with_events(const std::vector<std::string>& lists) {
    cli::RunOptions options;
    options.events = lists;
    return options;
}

/// What a machine without a PMU makes of these.
CounterPlan plan_without_pmu(const std::vector<std::string>& counted, const std::vector<std::string>& missing) {
    CounterPlan plan;
    for (const std::string& name : counted) plan.counters.push_back({counters::parse_event(name)});
    for (const std::string& name : missing) plan.missing.push_back({name, kNoPmu, false});
    plan.no_cycles_reason = kNoPmu;
    plan.has_cpu_clock = true;
    return plan;
}

CounterPlan complete_plan(const std::vector<std::string>& counted) {
    CounterPlan plan = plan_without_pmu(counted, {});
    plan.no_cycles_reason.clear();
    plan.cycles = counters::CyclesClock{counters::Side::UserAndKernel, 3e9, 3'000'000};
    return plan;
}

std::string complaint(const CounterPlan& plan, const cli::RunOptions& options) {
    try {
        check_plan(plan, options);
    } catch (const base::Error& error) {
        CHECK(error.code() == base::ExitCode::Failed);
        CHECK_FALSE(error.hint().empty());
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("what the options ask for") {
    cli::RunOptions options;
    CHECK(counting_request(options).with_default_set);
    CHECK(counting_request(options).frequency_hz == 997);

    options = with_events({"cycles,cs", "faults"});
    CHECK(counting_request(options).events.size() == 3);
    CHECK_FALSE(counting_request(options).with_default_set);
    options.sampler = "cpu-clock";
    CHECK_FALSE(counting_request(options).frequency_hz);

    options = {};
    options.no_counters = true;
    CHECK_FALSE(counting_request(options).with_default_set);
    CHECK_FALSE(counting_request(options).frequency_hz);
    options.sampler = "cycles";
    CHECK(counting_request(options).frequency_hz);

    options = {};
    options.frequency_hz = 0;
    CHECK_FALSE(counting_request(options).with_default_set);
    CHECK_FALSE(counting_request(options).frequency_hz);
    options.events = {"cycles"};
    CHECK_THROWS_AS(counting_request(options), base::Error);
    options.events.clear();
    options.require_counters = true;
    CHECK_THROWS_AS(counting_request(options), base::Error);
    CHECK_THROWS_AS(counting_request(with_events({"nope"})), base::Error);
}

TEST_CASE("an event that is missing is named, with what is used instead") {
    const auto options = with_events({"cycles,instructions,faults"});
    const CounterPlan plan = plan_without_pmu({"faults"}, {"cycles", "instructions"});
    CHECK(describe_plan(plan, options) ==
          Lines{std::string("not counted: cycles, instructions: ") + kNoPmu,
                "samples come from cpu-clock, not from hardware cycles (ftscale doctor says what to change)"});
    CHECK(complaint(plan, options).empty());
}

TEST_CASE("software events alone: nothing to say") {
    const auto options = with_events({"faults"});
    CHECK(describe_plan(plan_without_pmu({"faults"}, {}), options).empty());
}

TEST_CASE("the default set on a machine without a PMU: one line") {
    const Lines lines = describe_plan(plan_without_pmu({}, {"cycles", "instructions"}), {});
    CHECK(lines == Lines{std::string("no hardware counters: ") + kNoPmu +
                         "; samples come from cpu-clock (ftscale doctor says what to change)"});
    CounterPlan forbidden = plan_without_pmu({}, {"cycles"});
    forbidden.has_cpu_clock = false;
    CHECK_THAT(describe_plan(forbidden, {}).at(0), ContainsSubstring("samples come from cpu-timer"));
}

TEST_CASE("the default set in part: only who asks is told what is missing") {
    CounterPlan plan = complete_plan({"cycles", "instructions"});
    plan.missing.push_back({"cache-misses", kNoPmu, true});
    cli::RunOptions options;
    CHECK(describe_plan(plan, options).empty());
    options.verbose = true;
    CHECK(describe_plan(plan, options) == Lines{std::string("cache-misses: ") + kNoPmu});
}

TEST_CASE("counters without cycles as the clock") {
    CounterPlan plan = complete_plan({"cycles", "instructions"});
    plan.cycles.reset();
    plan.no_cycles_reason = "somebody else uses the counter of cycles";
    CHECK(describe_plan(plan, {}) == Lines{"samples come from cpu-clock: somebody else uses the counter of cycles"});
    plan.counts_one_kind_of_cores = true;
    CHECK_THAT(describe_plan(plan, {}).back(), ContainsSubstring("one of this processor's two kinds of cores"));
}

TEST_CASE("events that take turns are announced") {
    CounterPlan plan = complete_plan({"cycles", "instructions", "branches"});
    plan.counters[1].group = 1;
    plan.counters[2].group = 2;
    CHECK(describe_plan(plan, with_events({"x"})) ==
          Lines{"3 events do not fit the PMU at once: counted in turns, in 3 groups, and scaled"});
}

TEST_CASE("nothing is said of counters that nobody wants") {
    cli::RunOptions options;
    options.no_counters = true;
    CHECK(describe_plan({}, options).empty());
    options = {};
    options.frequency_hz = 0;
    CHECK(describe_plan(plan_without_pmu({}, {}), options).empty());
}

TEST_CASE("required counters") {
    auto options = with_events({"cycles,faults"});
    options.require_counters = true;
    CHECK(complaint(plan_without_pmu({"faults"}, {"cycles"}), options) ==
          std::string("cycles cannot be counted: ") + kNoPmu);
    CHECK(complaint(complete_plan({"cycles", "faults"}), options).empty());
    options.events.clear();
    CHECK(complaint(plan_without_pmu({}, {"cycles", "instructions"}), options) ==
          std::string("there are no hardware counters: ") + kNoPmu);
    CHECK(complaint(complete_plan({"cycles", "instructions"}), options).empty());
    CHECK_FALSE(complaint(complete_plan({"cycles"}), options).empty());
}

TEST_CASE("samples by cycles, asked for") {
    cli::RunOptions options;
    options.sampler = "cycles";
    CHECK(complaint(plan_without_pmu({}, {}), options) == std::string("--sampler cycles: ") + kNoPmu);
    CHECK(complaint(complete_plan({}), options).empty());
}

TEST_CASE("the plan reaches the probe and the recording") {
    CounterPlan plan = complete_plan({"cycles", "faults:u"});
    plan.counters.back().side = counters::Side::UserOnly;
    plan.counters.back().group = 1;
    plan.missing.push_back({"branches", kNoPmu, false});
    launch::ProbeOrders orders;
    order_counters(plan, orders);
    CHECK(orders.counters == "0/0/0/0/0/0/cycles 1/1/2/0/0/1/faults:u");
    CHECK(orders.cycles == "0/0/2dc6c0/0");
    recording::Manifest manifest;
    record_counters(plan, manifest);
    REQUIRE(manifest.counters.size() == 2);
    CHECK(manifest.counters[0].role == "cycles");
    CHECK_FALSE(manifest.counters[0].user_only);
    CHECK(manifest.counters[1].name == "faults:u");
    CHECK(manifest.counters[1].role.empty());
    CHECK(manifest.counters[1].group == 1);
    CHECK(manifest.counters[1].user_only);
    REQUIRE(manifest.missing_counters.size() == 1);
    CHECK(manifest.missing_counters[0].name == "branches");
    CHECK(manifest.missing_counters[0].reason == kNoPmu);

    order_counters({}, orders);
    CHECK(orders.counters.empty());
    CHECK(orders.cycles.empty());
}
