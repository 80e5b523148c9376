// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/plan.h"

#include "counters/parse.h"
#include "fake_pmu.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace ftscale::counters;
using Names = std::vector<std::string>;

namespace {

const Permissions kOpen{1, false};

Surroundings machine(const Permissions& permissions = kOpen) { return {permissions, false, {}, {}}; }

PlanRequest named(const std::string& list) { return {parse_events({list}), false, 1000}; }

Names counted(const CounterPlan& plan) {
    Names names;
    for (const Counter& counter : plan.counters) names.push_back(counter.event.name);
    return names;
}

Names missing(const CounterPlan& plan) {
    Names names;
    for (const MissingCounter& counter : plan.missing) names.push_back(counter.name + ": " + counter.reason);
    return names;
}

}  // namespace

TEST_CASE("plan: a machine with a PMU") {
    FakePmu pmu;
    const CounterPlan plan = make_plan(named("cycles,instructions,page-faults"), machine(), pmu);
    CHECK(counted(plan) == Names{"cycles", "instructions", "page-faults"});
    CHECK(plan.missing.empty());
    REQUIRE(plan.cycles);
    CHECK(plan.cycles->cycles_per_s > 0);
    CHECK(plan.no_cycles_reason.empty());
    CHECK_FALSE(plan.is_multiplexed());
    CHECK(pmu.open_now() == 0);
}

TEST_CASE("plan: the period is that of the frequency asked for") {
    FakePmu pmu;
    PlanRequest request = named("cycles");
    request.frequency_hz = 100;
    const CounterPlan plan = make_plan(request, machine(), pmu);
    REQUIRE(plan.cycles);
    CHECK(static_cast<double>(plan.cycles->period) * 100 == Approx(plan.cycles->cycles_per_s).epsilon(0.001));
    // What the fake counts in the time that was measured, which is 10 ms and a little.
    CHECK(plan.cycles->cycles_per_s < 50e6 / 0.01 * 1.001);
}

TEST_CASE("plan: a machine without a PMU") {
    FakePmu pmu;
    pmu.has_pmu = false;
    const CounterPlan plan = make_plan(named("cycles,page-faults"), machine(), pmu);
    CHECK(counted(plan) == Names{"page-faults"});
    CHECK(missing(plan) == Names{"cycles: this machine has no such event (no PMU: ENOENT)"});
    CHECK_FALSE(plan.missing[0].is_default);
    CHECK_FALSE(plan.cycles);
    CHECK(plan.no_cycles_reason == "this machine has no such event (no PMU: ENOENT)");
    CHECK(plan.has_cpu_clock);
    CHECK(cycles_orders(plan).empty());
}

TEST_CASE("plan: perf events forbidden") {
    FakePmu pmu;
    pmu.error_for_all = EACCES;
    const CounterPlan plan = make_plan(named("cycles,page-faults"), machine({3, false}), pmu);
    CHECK(plan.counters.empty());
    CHECK(missing(plan) == Names{"cycles: perf_event_paranoid is 3", "page-faults: perf_event_paranoid is 3"});
    CHECK_FALSE(plan.has_cpu_clock);
}

TEST_CASE("plan: paranoid 2: the user side, and marked as that") {
    FakePmu pmu;
    pmu.user_only = true;
    const CounterPlan plan = make_plan(named("cycles,page-faults"), machine({2, false}), pmu);
    REQUIRE(plan.counters.size() == 2);
    CHECK(plan.counters[0].side == Side::UserOnly);
    CHECK(plan.counters[1].side == Side::UserOnly);
    REQUIRE(plan.cycles);
    CHECK(plan.cycles->side == Side::UserOnly);
}

TEST_CASE("plan: user side asked for where both could be had") {
    FakePmu pmu;
    const CounterPlan plan = make_plan(named("cycles:u"), machine(), pmu);
    REQUIRE(plan.counters.size() == 1);
    CHECK(plan.counters[0].side == Side::UserOnly);
    CHECK(plan.cycles->side == Side::UserAndKernel);
}

TEST_CASE("plan: cycles that do not count are no clock") {
    FakePmu pmu;
    pmu.counts_per_read = 0;
    CHECK(make_plan(named("cycles"), machine(), pmu).no_cycles_reason == "cycles can be opened, but do not count");
    pmu.counts_per_read = 100;
    CHECK(make_plan(named("cycles"), machine(), pmu).no_cycles_reason == "cycles can be opened, but hardly count");
    pmu.counts_per_read = 50'000'000;
    pmu.shares_cycles = true;
    CHECK(make_plan(named("cycles"), machine(), pmu).no_cycles_reason == "somebody else uses the counter of cycles");
    pmu.shares_cycles = false;
    pmu.taken_counters = 4;
    CHECK(make_plan(named("cycles"), machine(), pmu).no_cycles_reason == "cycles can be opened, but do not count");
}

TEST_CASE("plan: samples that are not to be timed by cycles") {
    FakePmu pmu;
    PlanRequest request = named("cycles");
    request.frequency_hz.reset();
    const CounterPlan plan = make_plan(request, machine(), pmu);
    CHECK_FALSE(plan.cycles);
    CHECK(plan.no_cycles_reason.empty());
    CHECK(counted(plan) == Names{"cycles"});
}

TEST_CASE("plan: two kinds of cores") {
    FakePmu pmu;
    Surroundings surroundings = machine();
    surroundings.two_kinds_of_cores = true;
    const CounterPlan plan = make_plan(named("cycles,page-faults"), surroundings, pmu);
    CHECK_FALSE(plan.cycles);
    CHECK_THAT(plan.no_cycles_reason, ContainsSubstring("two kinds of cores"));
    CHECK(plan.counts_one_kind_of_cores);
    PlanRequest defaults;
    defaults.with_default_set = true;
    CHECK(make_plan(defaults, surroundings, pmu).counters.empty());
    CHECK(make_plan(defaults, surroundings, pmu).missing.at(0).reason == kTwoKindsOfCores);
    CHECK_FALSE(make_plan(named("page-faults"), surroundings, pmu).counts_one_kind_of_cores);

    const ftscale::tests::TemporaryFolder root;
    CHECK_FALSE(has_two_kinds_of_cores(root.path()));
    root.write("sys/bus/event_source/devices/cpu_core/type", "4\n");
    CHECK_FALSE(has_two_kinds_of_cores(root.path()));
    root.write("sys/bus/event_source/devices/cpu_atom/type", "10\n");
    CHECK(has_two_kinds_of_cores(root.path()));
}

TEST_CASE("plan: the default set: of each role what can be counted") {
    FakePmu pmu;
    pmu.general_counters = 6;
    PlanRequest request;
    request.with_default_set = true;
    const Pmu* skylake = find_pmu("skx");
    Surroundings surroundings = machine();
    CHECK(counted(make_plan(request, surroundings, pmu)) == Names{"cycles", "instructions"});
    if (skylake == nullptr) return;
    surroundings.pmus = {*skylake};
    surroundings.pmus[0].is_present = true;
    CHECK(counted(make_plan(request, surroundings, pmu)) ==
          Names{"cycles", "instructions", "cache-misses", "skx::MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM",
                "skx::MEM_INST_RETIRED:LOCK_LOADS", "skx::MACHINE_CLEARS:MEMORY_ORDERING"});
    pmu.unknown = {3};  // cache-misses
    const CounterPlan without = make_plan(request, surroundings, pmu);
    CHECK(without.counters.size() == 5);
    REQUIRE(without.missing.size() == 1);
    CHECK(without.missing[0].name == "cache-misses");
    CHECK(without.missing[0].is_default);
    for (const Counter& counter : without.counters) CHECK(counter.event.role != Role::None);
}

TEST_CASE("plan: the default set without a PMU is empty") {
    FakePmu pmu;
    pmu.has_pmu = false;
    PlanRequest request;
    request.with_default_set = true;
    const CounterPlan plan = make_plan(request, machine(), pmu);
    CHECK(plan.counters.empty());
    CHECK(plan.missing.size() == 2);
    CHECK(counter_orders(plan).empty());
}

TEST_CASE("plan: more events than the probe takes") {
    FakePmu pmu;
    std::string list;
    for (int i = 1; i <= 30; ++i) list += "r" + std::to_string(i) + ",";
    const CounterPlan plan = make_plan(named(list), machine(), pmu);
    CHECK(plan.counters.size() + plan.missing.size() == 30);
    CHECK(plan.counters.size() <= 24);
    CHECK(plan.is_multiplexed());
    CHECK(plan.group_count() == 8);  // three at a time beside the sampler's cycles
    // At two to a group beside the sampler's cycles, groups are what runs out.
    pmu.general_counters = 2;
    const CounterPlan narrow = make_plan(named(list), machine(), pmu);
    CHECK(narrow.counters.back().group == 11);
    CHECK(narrow.counters.size() == 11);
    CHECK(narrow.missing.back().reason == "at most 12 groups of events take turns");
}

TEST_CASE("plan: another processor's event is missing, with its reason") {
    if (find_pmu("skl") == nullptr || find_pmu("skl")->is_present) return;
    FakePmu pmu;
    const CounterPlan plan = make_plan(named("skl::MEM_INST_RETIRED:LOCK_LOADS"), machine(), pmu);
    CHECK(
        missing(plan) ==
        Names{"skl::MEM_INST_RETIRED:LOCK_LOADS: it is Intel Skylake's (skl), and this machine has another processor"});
}

TEST_CASE("plan: an Arm PMU that says it does not have an event") {
    const ftscale::tests::TemporaryFolder root;
    CHECK_FALSE(read_arm_events(root.path()));
    root.write("sys/bus/event_source/devices/software/type", "1\n");
    CHECK_FALSE(read_arm_events(root.path()));
    root.write("sys/bus/event_source/devices/armv8_pmuv3_0/events/cpu_cycles", "event=0x0011\n");
    root.write("sys/bus/event_source/devices/armv8_pmuv3_0/events/odd", "0x17\n");
    const auto listed = read_arm_events(root.path());
    REQUIRE(listed);
    CHECK(*listed == std::set<std::uint64_t>{0x11});

    Event event;
    event.full_name = "arm_ac57::L2D_CACHE_REFILL";
    event.encoding = {kRaw, 0x17};
    CHECK(is_absent_on_arm(event.full_name, event.encoding, listed));
    CHECK_FALSE(is_absent_on_arm(event.full_name, event.encoding, std::nullopt));
    event.encoding.config = 0x11;
    CHECK_FALSE(is_absent_on_arm(event.full_name, event.encoding, listed));
    event.encoding.config = 0x6f;  // of one model, not of the architecture: not listed for any
    CHECK_FALSE(is_absent_on_arm(event.full_name, event.encoding, listed));

    FakePmu pmu;
    event.name = "L2D_CACHE_REFILL";
    event.encoding.config = 0x17;
    Surroundings surroundings = machine();
    surroundings.arm_events = listed;
    CHECK(missing(make_plan({{event}, false, {}}, surroundings, pmu)) ==
          Names{"L2D_CACHE_REFILL: this machine's PMU has no such event"});
}

TEST_CASE("plan: orders for the probe") {
    FakePmu pmu;
    CounterPlan plan = make_plan(named("page-faults:u,cycles,LLC-load-misses,r1cd"), machine(), pmu);
    CHECK(counter_orders(plan) ==
          "0/1/2/0/0/1/page-faults:u 0/0/0/0/0/0/cycles 0/3/10002/0/0/0/LLC-load-misses 0/4/1cd/0/0/0/r1cd");
    plan.cycles = CyclesClock{Side::UserOnly, 3e9, 0x2dc6c0};
    CHECK(cycles_orders(plan) == "0/0/2dc6c0/1");
    CHECK(counter_orders({}).empty());
}
