// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What `ftscale run` counts: from its options to what the probe and the manifest are told, and what is said about it.
#pragma once

#include <string>
#include <vector>

#include "cli/run_command.h"
#include "counters/plan.h"
#include "launch/target_environment.h"
#include "recording/manifest.h"

namespace ftscale::cli {

/// What the options ask for. Throws base::Error (usage) for events that there are not, or options that contradict each
/// other.
counters::PlanRequest counting_request(const RunOptions& options);

/// Throws base::Error where --require-counters or --sampler cycles asks for what the plan cannot give.
void check_plan(const counters::CounterPlan& plan, const RunOptions& options);

/// What a person should know before the sweep starts, a line each: what is not counted and why, what is used instead.
std::vector<std::string> describe_plan(const counters::CounterPlan& plan, const RunOptions& options);

/// The plan as the probe is told it, and as the recording says it.
void order_counters(const counters::CounterPlan& plan, launch::ProbeOrders& orders);
void record_counters(const counters::CounterPlan& plan, recording::Manifest& manifest);

}  // namespace ftscale::cli
