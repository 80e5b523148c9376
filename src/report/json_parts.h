// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The parts of the JSON report, each in a file of its own.
#pragma once

#include "report/json_values.h"

namespace ftscale::report {

// What the recording says about itself (json_manifest.cpp).
Json target_json(const recording::Manifest& manifest);
Json machine_json(const recording::Machine& machine);
Json sweep_json(const recording::Manifest& manifest);

/// How the figures were measured, and what each is known from (json_measurement.cpp).
Json measurement_json(const analysis::Measurement& measurement);

/// The curve and its fits (json_scaling.cpp).
Json scaling_json(const analysis::Analysis& analysis, const analysis::RegionResult& region);

/// One thread count; `measurement` says what its counters tell (json_run.cpp).
Json run_json(const analysis::RunResult& run, const analysis::Measurement& measurement);

}  // namespace ftscale::report
