// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/exit_code.h"
#include "cli/reading_options.h"

namespace ftscale::cli {

struct FlamegraphOptions {
    std::string recording;
    std::string output;
    int threads = 0;  // 0: all
    int versus = 0;   // 0: the baseline
    ReadingOptions reading;
};

CLI::App* add_flamegraph_command(CLI::App& app, FlamegraphOptions& options);

/// `ftscale flamegraph`: a recording's flame graphs as one HTML file.
base::ExitCode flamegraph_command(const FlamegraphOptions& options);

}  // namespace ftscale::cli
