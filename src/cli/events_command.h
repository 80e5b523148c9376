// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/exit_code.h"

namespace ftscale::cli {

struct EventsOptions {
    std::string pattern;
};

CLI::App* add_events_command(CLI::App& app, EventsOptions& options);

/// `ftscale events`: the events this machine knows, and which of them can be counted here.
base::ExitCode events_command(const EventsOptions& options);

}  // namespace ftscale::cli
