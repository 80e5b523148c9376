// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "cli/figures_file.h"
#include "cli/more_repeats.h"

namespace ftscale::cli {

struct CheckOptions {
    std::string recording;
    std::string baseline;        // a baseline's file; empty: none
    std::string rules;           // a rules file; empty: ftscale.toml where there is one
    std::string max_regression;  // empty: as the rules file has it
    std::vector<std::string> min_speedup, max_loss;
    std::string inconclusive;  // "pass", "fail"; empty: as the rules file has it
    int most_repeats = 0;      // --until-conclusive; 0: what was recorded has to do
    RunAgain again;            // what more runs are made of
    ReadingOptions reading;
    std::string format = "text";
    std::string output;
    std::vector<std::string> also;  // FORMAT=FILE
    bool github = false;
};

CLI::App* add_check_command(CLI::App& app, CheckOptions& options);

/// `ftscale check`: whether a recording holds what it has to; the exit code is the answer.
base::ExitCode check_command(const CheckOptions& options);

struct BaselineOptions {
    std::string recording;
    std::string output;
    ReadingOptions reading;
};

CLI::App* add_baseline_command(CLI::App& app, BaselineOptions& options);

/// `ftscale baseline`: what later recordings are checked against, as a small file to commit.
base::ExitCode baseline_command(const BaselineOptions& options);

}  // namespace ftscale::cli
