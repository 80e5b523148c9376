// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/counting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "counters/access.h"
#include "counters/parse.h"

namespace ftscale::cli {
namespace {

using counters::Counter;
using counters::CounterPlan;
using counters::MissingCounter;
using counters::Role;

constexpr const char* kHowToGetMore = "ftscale doctor says what to change";

/// The names of those missing for the same reason stand together; the order is that of the first of each.
std::vector<std::pair<std::string, std::vector<std::string>>> by_reason(const std::vector<MissingCounter>& missing) {
    std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
    for (const MissingCounter& counter : missing) {
        const auto same = [&](const auto& entry) { return entry.first == counter.reason; };
        auto found = std::find_if(reasons.begin(), reasons.end(), same);
        if (found == reasons.end()) found = reasons.insert(reasons.end(), {counter.reason, {}});
        found->second.push_back(counter.name);
    }
    return reasons;
}

bool has_role(const CounterPlan& plan, Role role) {
    return std::any_of(plan.counters.begin(), plan.counters.end(),
                       [role](const Counter& counter) { return counter.event.role == role; });
}

bool counts_defaults(const RunOptions& options) { return options.events.empty() && !options.no_counters; }

/// Whether hardware cycles may time the samples.
bool may_sample_by_cycles(const RunOptions& options) {
    if (options.frequency_hz == 0) return false;
    return options.sampler == "cycles" || (options.sampler.empty() && !options.no_counters);
}

std::string sampler_instead(const CounterPlan& plan) {
    return plan.has_cpu_clock ? "samples come from cpu-clock" : "samples come from cpu-timer, a POSIX timer";
}

/// Why there are no hardware counters at all: what kept the first of them away.
std::string why_none(const CounterPlan& plan) {
    return plan.missing.empty() ? plan.no_cycles_reason : plan.missing.front().reason;
}

std::vector<std::string> describe_missing_defaults(const CounterPlan& plan, const RunOptions& options) {
    if (plan.counters.empty()) {
        const std::string instead = may_sample_by_cycles(options) ? "; " + sampler_instead(plan) : std::string();
        return {fmt::format("no hardware counters: {}{} ({})", why_none(plan), instead, kHowToGetMore)};
    }
    std::vector<std::string> lines;
    if (may_sample_by_cycles(options) && !plan.cycles)
        lines.push_back(fmt::format("{}: {}", sampler_instead(plan), plan.no_cycles_reason));
    for (const auto& [reason, names] : by_reason(plan.missing)) {
        // Few processors have all of them; only who wants to know is told.
        if (options.verbose) lines.push_back(fmt::format("{}: {}", fmt::join(names, ", "), reason));
    }
    return lines;
}

std::vector<std::string> describe_missing_named(const CounterPlan& plan, const RunOptions& options) {
    std::vector<std::string> lines;
    for (const auto& [reason, names] : by_reason(plan.missing))
        lines.push_back(fmt::format("not counted: {}: {}", fmt::join(names, ", "), reason));
    const bool wants_pmu = std::any_of(plan.counters.begin(), plan.counters.end(),
                                       [](const Counter& counter) { return !counter.event.is_software(); });
    if ((!plan.missing.empty() || wants_pmu) && may_sample_by_cycles(options) && !plan.cycles)
        lines.push_back(fmt::format("{}, not from hardware cycles ({})", sampler_instead(plan), kHowToGetMore));
    return lines;
}

}  // namespace

counters::PlanRequest counting_request(const RunOptions& options) {
    counters::PlanRequest request;
    if (options.frequency_hz == 0 && (!options.events.empty() || options.require_counters)) {
        throw base::Error(fmt::format("{}: counters are read at samples, and --frequency 0 asks for none",
                                      options.events.empty() ? "--require-counters" : "--events"),
                          "leave out one of the two", base::ExitCode::Usage);
    }
    request.events = counters::parse_events(options.events);
    request.with_default_set = counts_defaults(options) && options.frequency_hz != 0;
    if (may_sample_by_cycles(options)) request.frequency_hz = options.frequency_hz;
    return request;
}

void check_plan(const CounterPlan& plan, const RunOptions& options) {
    if (options.sampler == "cycles" && options.frequency_hz != 0 && !plan.cycles) {
        throw base::Error(fmt::format("--sampler cycles: {}", plan.no_cycles_reason),
                          "leave it out, and the best sampler there is will be used");
    }
    if (!options.require_counters) return;
    const std::string hint = fmt::format("run without --require-counters to go on without; {}", kHowToGetMore);
    if (!counts_defaults(options)) {
        if (plan.missing.empty()) return;
        const auto [reason, names] = by_reason(plan.missing).front();
        throw base::Error(fmt::format("{} cannot be counted: {}", fmt::join(names, ", "), reason), hint);
    }
    if (!has_role(plan, Role::Cycles) || !has_role(plan, Role::Instructions))
        throw base::Error(fmt::format("there are no hardware counters: {}", why_none(plan)), hint);
}

std::vector<std::string> describe_plan(const CounterPlan& plan, const RunOptions& options) {
    if (options.no_counters || options.frequency_hz == 0) return {};
    std::vector<std::string> lines =
        counts_defaults(options) ? describe_missing_defaults(plan, options) : describe_missing_named(plan, options);
    if (plan.is_multiplexed()) {
        lines.push_back(fmt::format("{} events do not fit the PMU at once: counted in turns, in {} groups, and scaled",
                                    plan.counters.size(), plan.group_count()));
    }
    if (plan.counts_one_kind_of_cores)
        lines.push_back("hardware events count on one of this processor's two kinds of cores only");
    return lines;
}

void order_counters(const CounterPlan& plan, launch::ProbeOrders& orders) {
    orders.counters = counters::counter_orders(plan);
    orders.cycles = counters::cycles_orders(plan);
}

void record_counters(const CounterPlan& plan, recording::Manifest& manifest) {
    for (const Counter& counter : plan.counters) {
        manifest.counters.push_back({counter.event.name, counters::role_name(counter.event.role),
                                     static_cast<std::uint32_t>(counter.group),
                                     !counters::counts_kernel(counter.event.encoding, counter.side)});
    }
    for (const MissingCounter& counter : plan.missing)
        manifest.missing_counters.push_back({counter.name, counter.reason});
}

}  // namespace ftscale::cli
