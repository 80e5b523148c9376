// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/grouping.h"

#include "fake_pmu.h"
#include "support/catch.h"

using namespace ftscale::counters;
using Names = std::vector<std::string>;

namespace {

Counter make(const std::string& name, const Encoding& encoding, Role role = Role::None) {
    Counter counter;
    counter.event.name = name;
    counter.event.encoding = encoding;
    counter.event.role = role;
    return counter;
}

const Counter kCycles = make("cycles", kCyclesEvent, Role::Cycles);
const Counter kInstructions = make("instructions", kInstructionsEvent, Role::Instructions);
const Counter kFaults = make("page-faults", {kSoftware, 2});
Counter raw(std::uint64_t config) { return make("r" + std::to_string(config), {kRaw, config}); }

/// The names in a group.
Names in_group(const Grouping& grouping, int group) {
    Names names;
    for (const Counter& counter : grouping.counters) {
        if (counter.group == group) names.push_back(counter.event.name);
    }
    return names;
}

bool groups_do_not_decrease(const Grouping& grouping) {
    return std::is_sorted(grouping.counters.begin(), grouping.counters.end(),
                          [](const Counter& a, const Counter& b) { return a.group < b.group; });
}

constexpr Leader kCyclesLeader{kCyclesEvent, Side::UserAndKernel};
constexpr Leader kCpuClockLeader{};
const Permissions kPermissions{1, false};

Grouping group(const std::vector<Counter>& counters, const Leader& leader, FakePmu& pmu) {
    const Grouping grouping = group_counters(counters, leader, kPermissions, pmu);
    CHECK(pmu.open_now() == 0);
    CHECK(groups_do_not_decrease(grouping));
    CHECK(grouping.counters.size() + grouping.missing.size() == counters.size());
    return grouping;
}

}  // namespace

TEST_CASE("what the PMU takes together is one group") {
    FakePmu pmu;
    const Grouping grouping = group({kCycles, kInstructions, raw(7), raw(8), kFaults}, kCyclesLeader, pmu);
    CHECK(in_group(grouping, 0) == Names{"cycles", "instructions", "r7", "r8", "page-faults"});
    CHECK(grouping.missing.empty());
}

TEST_CASE("what the leader counts takes no counter") {
    FakePmu pmu;
    pmu.general_counters = 1;
    CHECK(in_group(group({kCycles}, kCyclesLeader, pmu), 0) == Names{"cycles"});
    // On the user side alone it is another event.
    Counter user_side = kCycles;
    user_side.side = Side::UserOnly;
    CHECK(group({user_side}, kCyclesLeader, pmu).missing.size() == 1);
}

TEST_CASE("software events take no counter and stay with the sampler") {
    FakePmu pmu;
    pmu.has_pmu = false;
    const Grouping grouping =
        group({kFaults, make("cs", {kSoftware, 3}), make("task-clock", {kSoftware, 1})}, kCpuClockLeader, pmu);
    CHECK(in_group(grouping, 0) == Names{"page-faults", "cs", "task-clock"});
}

TEST_CASE("too many: cycles and instructions stay, the others take turns in what is left") {
    FakePmu pmu;
    pmu.fixed = {kCyclesEvent.config, kInstructionsEvent.config};
    pmu.general_counters = 2;
    const Grouping grouping =
        group({kInstructions, raw(1), raw(2), raw(3), kFaults, raw(4), raw(5)}, kCyclesLeader, pmu);
    CHECK(in_group(grouping, 0) == Names{"instructions", "page-faults"});
    CHECK(in_group(grouping, 1) == Names{"r1", "r2"});
    CHECK(in_group(grouping, 2) == Names{"r3", "r4"});
    CHECK(in_group(grouping, 3) == Names{"r5"});
    CHECK(grouping.missing.empty());
}

TEST_CASE("groups fit beside the sampler's") {
    FakePmu pmu;
    pmu.general_counters = 4;  // cycles and instructions take two of them
    const Grouping grouping = group({kCycles, kInstructions, raw(1), raw(2), raw(3)}, kCyclesLeader, pmu);
    CHECK(in_group(grouping, 0) == Names{"cycles", "instructions"});
    CHECK(in_group(grouping, 1) == Names{"r1", "r2"});
    CHECK(in_group(grouping, 2) == Names{"r3"});
}

TEST_CASE("a counter that somebody else holds: the kernel accepts the group, and it never counts") {
    FakePmu pmu;
    pmu.general_counters = 4;
    pmu.taken_counters = 1;
    const Grouping grouping = group({kCycles, kInstructions, raw(1), raw(2)}, kCyclesLeader, pmu);
    CHECK(in_group(grouping, 0) == Names{"cycles", "instructions"});
    CHECK(in_group(grouping, 1) == Names{"r1"});
    CHECK(in_group(grouping, 2) == Names{"r2"});
}

TEST_CASE("no counter left at all") {
    FakePmu pmu;
    pmu.general_counters = 1;
    const Grouping grouping = group({kCycles, raw(1), kFaults}, kCyclesLeader, pmu);
    CHECK(in_group(grouping, 0) == Names{"cycles", "page-faults"});
    REQUIRE(grouping.missing.size() == 1);
    CHECK(grouping.missing[0].name == "r1");
    CHECK(grouping.missing[0].reason == "no counter of this machine's PMU is free for it");
}

TEST_CASE("no descriptor left") {
    FakePmu pmu;
    pmu.descriptors = 2;  // the leader's and one more
    const Grouping grouping = group({raw(1), raw(2)}, kCpuClockLeader, pmu);
    REQUIRE(grouping.missing.size() == 2);
    CHECK(grouping.missing[0].reason == "no file descriptor is free");
}

TEST_CASE("nothing to count") {
    FakePmu pmu;
    CHECK(group({}, kCyclesLeader, pmu).counters.empty());
}

TEST_CASE("the kernel of this very machine counts software events together") {
    const Permissions permissions = read_permissions();
    OpenEvent try_it(system_opener(), kCpuClockEvent, Side::UserOnly);
    if (!try_it.is_open()) return;  // perf events are forbidden here
    std::vector<Counter> counters = {kFaults, make("task-clock", {kSoftware, 1})};
    for (Counter& counter : counters) counter.side = Side::UserOnly;
    const Grouping grouping = group_counters(counters, {kCpuClockEvent, Side::UserOnly}, permissions, system_opener());
    CHECK(in_group(grouping, 0) == Names{"page-faults", "task-clock"});
}
