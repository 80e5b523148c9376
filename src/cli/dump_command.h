// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "base/exit_code.h"

namespace ftscale::cli {

struct DumpOptions {
    std::string recording;
    std::optional<int> run;
    bool no_symbols = false;
};

CLI::App* add_dump_command(CLI::App& app, DumpOptions& options);

/// `ftscale dump`: the recording as text, record by record.
base::ExitCode dump_command(const DumpOptions& options);

}  // namespace ftscale::cli
