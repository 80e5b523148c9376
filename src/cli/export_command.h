// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/exit_code.h"
#include "cli/reading_options.h"

namespace ftscale::cli {

struct ExportOptions {
    std::string recording;
    std::string format;
    std::string output;
    int threads = 0;     // 0: the largest thread count; csv: all
    std::string what;    // empty: as the format has it
    std::string side;    // empty: waiter
    std::string thread;  // by name; empty: all threads
    ReadingOptions reading;
};

CLI::App* add_export_command(CLI::App& app, ExportOptions& options);

/// `ftscale export`: a recording as a file for another viewer.
base::ExitCode export_command(const ExportOptions& options);

}  // namespace ftscale::cli
