// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/exit_code.h"
#include "cli/figures_file.h"

namespace ftscale::cli {

struct CompareOptions {
    std::string before, after;  // recordings or baselines
    ReadingOptions reading;
    std::string format = "text";
    std::string output;
};

CLI::App* add_compare_command(CLI::App& app, CompareOptions& options);

/// `ftscale compare A B`: what changed from one recording to another.
base::ExitCode compare_command(const CompareOptions& options);

}  // namespace ftscale::cli
