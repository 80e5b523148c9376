// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "launch/target_environment.h"

namespace ftscale::cli {

struct RunOptions {
    std::optional<launch::Target> target;  // cut from the words by take_target(), before CLI11 sees them
    std::string threads = "auto";
    int repeats = 3;
    int warmups = 1;
    std::string scaling = "strong";
    int frequency_hz = 997;
    std::string sampler;
    std::vector<std::string> events;  // lists
    bool no_counters = false;
    bool require_counters = false;
    std::string output;
    std::string standard_input;
    std::string python;
    bool pin = true;
    double timeout_s = 0;
    std::string max_size = "2G";
    std::vector<std::string> controls;
    bool calibrate = false;
    bool follow_children = false;
    std::vector<std::string> environment;
    bool no_thread_environment = false;
    std::string library_threads;
    int retry_disturbed = 5;
    std::optional<std::uint64_t> seed;
    bool whole = false;
    bool quiet = false;
    bool verbose = false;
};

/// What the probe is told; its directory differs from run to run. Throws base::Error where there is no probe.
launch::ProbeOrders probe_orders(const RunOptions& options, const launch::Variables& variables);

CLI::App* add_run_command(CLI::App& app, RunOptions& options);

/// `ftscale run`: makes the sweep, writes the recording, prints the report.
base::ExitCode run_command(const RunOptions& options);

}  // namespace ftscale::cli
