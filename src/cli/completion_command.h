// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/exit_code.h"

namespace ftscale::cli {

struct CompletionOptions {
    std::string shell;
};

CLI::App* add_completion_command(CLI::App& app, CompletionOptions& options);

/// `ftscale completion`: a script that makes a shell complete the commands and options of `app`.
base::ExitCode completion_command(const CLI::App& app, const CompletionOptions& options);

}  // namespace ftscale::cli
