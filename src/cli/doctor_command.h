// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/exit_code.h"

namespace ftscale::cli {

struct DoctorOptions {
    std::string python;
    std::string format = "text";
};

CLI::App* add_doctor_command(CLI::App& app, DoctorOptions& options);

/// `ftscale doctor`: what can be measured here, and what to change to measure more. Failed when no profile is possible.
base::ExitCode doctor_command(const DoctorOptions& options);

}  // namespace ftscale::cli
