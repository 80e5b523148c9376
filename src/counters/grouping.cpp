// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/grouping.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "ftscale/recording_format.h"

namespace ftscale::counters {
namespace {

using Counters = std::vector<Counter>;

constexpr int kMostGroups = static_cast<int>(format::kMostCounterGroups);

/// Time for the kernel to have given a group its counters; it does so when the group starts.
void wait_a_moment() {
    constexpr long kNanoseconds = 50'000;
    timespec start{}, now{};
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - start.tv_sec) * 1'000'000'000 + now.tv_nsec - start.tv_nsec < kNanoseconds);
}

/// A group that is open, or could not be opened.
class OpenGroup {
  public:
    OpenGroup(const Leader& leader, const Counters& members, Opener& opener)
        : leader_(opener, leader.event, leader.side) {
        error_ = leader_.error();
        for (const Counter& member : members) {
            if (error_ != 0) return;
            if (member.event.encoding == leader.event && member.side == leader.side) continue;
            members_.emplace_back(opener, member.event.encoding, member.side, leader_.handle());
            error_ = members_.back().error();
        }
        if (error_ == 0) leader_.start();
    }

    /// errno of what could not be opened; EINVAL: the PMU does not take these together.
    int error() const { return error_; }

    bool counts() const {
        if (error_ != 0) return false;
        wait_a_moment();
        return leader_.read().running_ns != 0;
    }

  private:
    OpenEvent leader_;
    std::vector<OpenEvent> members_;
    int error_ = 0;
};

/// The members that count together, the earlier ones first; the others are moved to `rest`.
Counters fill_group(const Leader& leader, const Counters& candidates, Opener& opener, Counters& rest) {
    Counters group;
    for (const Counter& candidate : candidates) {
        group.push_back(candidate);
        // Software events take no counter.
        if (candidate.event.is_software() || OpenGroup(leader, group, opener).counts()) continue;
        rest.push_back(candidate);
        group.pop_back();
    }
    return group;
}

bool stays_with_sampler(const Counter& counter) {
    const Role role = counter.event.role;
    return counter.event.is_software() || role == Role::Cycles || role == Role::Instructions;
}

MissingCounter make_missing(const Counter& counter, int error, const Permissions& permissions) {
    if (error == 0 || error == EINVAL) return {counter.event.name, "no counter of this machine's PMU is free for it"};
    return {counter.event.name,
            describe_obstacle(obstacle_of(error, permissions), error, counter.event.encoding.type, permissions)};
}

/// Puts what does not fit group 0 into groups of its own, which must fit beside it.
void add_further_groups(Counters waiting, const Leader& sampler, const Permissions& permissions, Opener& opener,
                        Grouping& grouping) {
    const OpenGroup first(sampler, grouping.counters, opener);
    const Leader leader{kCpuClockEvent, sampler.side};
    int number = 1;
    while (!waiting.empty() && number < kMostGroups) {
        Counters rest;
        Counters group = fill_group(leader, waiting, opener, rest);
        if (group.empty()) {  // the first does not even fit alone
            const int error = OpenGroup(leader, {rest.front()}, opener).error();
            grouping.missing.push_back(make_missing(rest.front(), error, permissions));
            rest.erase(rest.begin());
        } else {
            for (Counter& counter : group) counter.group = number;
            grouping.counters.insert(grouping.counters.end(), group.begin(), group.end());
            ++number;
        }
        waiting = std::move(rest);
    }
    for (const Counter& counter : waiting) {
        grouping.missing.push_back(
            {counter.event.name, fmt::format("at most {} groups of events take turns", kMostGroups)});
    }
}

}  // namespace

Grouping group_counters(const Counters& counters, const Leader& leader, const Permissions& permissions,
                        Opener& opener) {
    Grouping grouping;
    Counters waiting;
    grouping.counters = fill_group(leader, counters, opener, waiting);
    if (waiting.empty()) return grouping;
    // Not all fit at once: what is counted beside the others' turns must leave them counters.
    Counters staying, leaving;
    std::partition_copy(counters.begin(), counters.end(), std::back_inserter(staying), std::back_inserter(leaving),
                        stays_with_sampler);
    waiting.clear();
    grouping.counters = fill_group(leader, staying, opener, waiting);
    waiting.insert(waiting.end(), leaving.begin(), leaving.end());
    add_further_groups(std::move(waiting), leader, permissions, opener, grouping);
    return grouping;
}

}  // namespace ftscale::counters
