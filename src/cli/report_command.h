// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "cli/reading_options.h"

namespace ftscale::cli {

struct ReportOptions {
    std::string recording;
    std::string format = "text";
    std::string output;
    ReadingOptions reading;
    int threads = 0;           // 0: all
    std::vector<int> predict;  // empty: the usual thread counts
};

CLI::App* add_report_command(CLI::App& app, ReportOptions& options);

/// `ftscale report`: what a recording says, as text, Markdown, JSON or an HTML page.
base::ExitCode report_command(const ReportOptions& options);

}  // namespace ftscale::cli
