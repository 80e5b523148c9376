// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a sweep counts, and what its samples are timed by: decided once, before anything is run, from what can be opened
// on this machine now.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "counters/arm_events.h"
#include "counters/cycles_clock.h"
#include "counters/event_library.h"
#include "counters/grouping.h"
#include "counters/obstacle.h"
#include "counters/opener.h"

namespace ftscale::counters {

struct PlanRequest {
    std::vector<Event> events;           // by name
    bool with_default_set = false;       // those of this processor instead
    std::optional<double> frequency_hz;  // of samples timed by hardware cycles; nothing: not by these
};

struct CounterPlan {
    std::vector<Counter> counters;  // groups do not decrease
    std::vector<MissingCounter> missing;
    std::optional<CyclesClock> cycles;      // the sampler's clock
    std::string no_cycles_reason;           // why there is none, where one was wanted
    bool counts_one_kind_of_cores = false;  // of two: see has_two_kinds_of_cores()
    bool has_cpu_clock = false;             // the next step of the ladder can be taken

    /// The counters do not fit the PMU all at once.
    bool is_multiplexed() const { return !counters.empty() && counters.back().group > 0; }
    std::size_t group_count() const;
};

/// What a machine is, beside what its kernel answers.
struct Surroundings {
    Permissions permissions;
    bool two_kinds_of_cores = false;
    std::vector<Pmu> pmus;
    std::optional<std::set<std::uint64_t>> arm_events = {};  // see read_arm_events()

    static Surroundings of_this_machine();
};

CounterPlan make_plan(const PlanRequest& request, const Surroundings& surroundings, Opener& opener = system_opener());

/// format::kEnvCounters and format::kEnvCycles: the plan as the probe is told it; empty where there is nothing to say.
std::string counter_orders(const CounterPlan& plan);
std::string cycles_orders(const CounterPlan& plan);

}  // namespace ftscale::counters
