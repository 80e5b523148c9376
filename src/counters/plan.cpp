// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "counters/access.h"
#include "counters/catalogue.h"
#include "counters/default_events.h"
#include "counters/parse.h"
#include "ftscale/recording_format.h"

namespace ftscale::counters {
namespace {

/// Puts the event among what can be counted or what is missing.
void try_counter(const Event& event, const Surroundings& surroundings, Opener& opener, std::vector<Counter>& countable,
                 std::vector<MissingCounter>& missing) {
    if (!event.not_here.empty()) {
        missing.push_back({event.name, event.not_here});
        return;
    }
    if (is_absent_on_arm(event.full_name, event.encoding, surroundings.arm_events)) {
        missing.push_back({event.name, kAbsentOnArm});
        return;
    }
    const Side most = event.user_only ? Side::UserOnly : Side::UserAndKernel;
    const EventAccess access = try_event(event.encoding, surroundings.permissions, opener, most);
    if (!access.possible) {
        missing.push_back({event.name, access.reason});
    } else if (countable.size() == format::kMostCounters) {
        missing.push_back({event.name, fmt::format("at most {} events are counted", format::kMostCounters)});
    } else {
        countable.push_back({event, access.kernel_side ? Side::UserAndKernel : Side::UserOnly});
    }
}

/// "perf::CYCLES" -> "cycles"
std::string short_name(const std::string& name) {
    const std::string kernels = "perf::";
    return name.rfind(kernels, 0) == 0 ? perf_spelling(name.substr(kernels.size())) : name;
}

/// Of each role the first event that can be counted.
void try_default_set(const Surroundings& surroundings, Opener& opener, std::vector<Counter>& countable,
                     std::vector<MissingCounter>& missing) {
    if (surroundings.two_kinds_of_cores) {
        // A sum over a thread's time would be of one kind's part of it only.
        for (const char* name : {"cycles", "instructions"}) missing.push_back({name, kTwoKindsOfCores, true});
        return;
    }
    std::set<Role> played;
    std::vector<MissingCounter> failed;
    std::vector<Role> failed_roles;
    for (const Candidate& candidate : default_candidates(surroundings.pmus)) {
        const Translation translation = translate(candidate.name);
        // A name that only a newer libpfm4 has.
        if (played.count(candidate.role) != 0 || translation.status != Translation::Status::Ok) continue;
        Event event = parse_event(candidate.name);
        event.name = short_name(candidate.name);
        event.role = candidate.role;
        event.not_here.clear();
        const std::size_t before = countable.size();
        try_counter(event, surroundings, opener, countable, failed);
        if (countable.size() > before) played.insert(candidate.role);
        failed_roles.resize(failed.size(), candidate.role);
    }
    for (std::size_t i = 0; i < failed.size(); ++i) {
        failed[i].is_default = true;
        if (played.count(failed_roles[i]) == 0) missing.push_back(failed[i]);
    }
}

std::uint32_t flags_of(Side side) { return side == Side::UserOnly ? format::kExcludeKernel : 0U; }

bool needs_pmu(const Counter& counter) { return !counter.event.is_software(); }

Leader leader_of(const CounterPlan& plan, const EventAccess& cpu_clock) {
    if (plan.cycles) return {kCyclesEvent, plan.cycles->side};
    return {kCpuClockEvent, cpu_clock.kernel_side ? Side::UserAndKernel : Side::UserOnly};
}

}  // namespace

Surroundings Surroundings::of_this_machine() {
    return {read_permissions(), has_two_kinds_of_cores(), known_pmus(), read_arm_events()};
}

std::size_t CounterPlan::group_count() const {
    std::set<int> groups;
    for (const Counter& counter : counters) groups.insert(counter.group);
    return groups.size();
}

CounterPlan make_plan(const PlanRequest& request, const Surroundings& surroundings, Opener& opener) {
    const Permissions& permissions = surroundings.permissions;
    CounterPlan plan;
    const EventAccess cpu_clock = try_event(kCpuClockEvent, permissions, opener);
    plan.has_cpu_clock = cpu_clock.possible;
    if (request.frequency_hz) {
        CyclesClockOrNot measured =
            measure_cycles(*request.frequency_hz, permissions, opener, surroundings.two_kinds_of_cores);
        plan.cycles = measured.clock;
        plan.no_cycles_reason = std::move(measured.reason);
    }
    std::vector<Counter> countable;
    for (const Event& event : request.events) try_counter(event, surroundings, opener, countable, plan.missing);
    if (request.with_default_set) try_default_set(surroundings, opener, countable, plan.missing);
    Grouping grouping = group_counters(countable, leader_of(plan, cpu_clock), permissions, opener);
    plan.counters = std::move(grouping.counters);
    plan.counts_one_kind_of_cores =
        surroundings.two_kinds_of_cores && std::any_of(plan.counters.begin(), plan.counters.end(), needs_pmu);
    for (MissingCounter& missing : grouping.missing) {
        missing.is_default = request.with_default_set;
        plan.missing.push_back(std::move(missing));
    }
    return plan;
}

std::string counter_orders(const CounterPlan& plan) {
    std::string orders;
    for (const Counter& counter : plan.counters) {
        const Encoding& event = counter.event.encoding;
        orders +=
            fmt::format("{}{:x}/{:x}/{:x}/{:x}/{:x}/{:x}/{}", orders.empty() ? "" : " ", counter.group, event.type,
                        event.config, event.config1, event.config2, flags_of(counter.side), counter.event.name);
    }
    return orders;
}

std::string cycles_orders(const CounterPlan& plan) {
    if (!plan.cycles) return {};
    return fmt::format("{:x}/{:x}/{:x}/{:x}", kCyclesEvent.type, kCyclesEvent.config, plan.cycles->period,
                       flags_of(plan.cycles->side));
}

}  // namespace ftscale::counters
