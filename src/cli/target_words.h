// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "launch/target_environment.h"

namespace ftscale::cli {

/// Cuts a command's words in two, as Python does with its own: the options come first; the script (the first word that
/// is neither an option nor the value of one, or whatever follows `--`), `-m MODULE` or `-c CODE` ends them, and all
/// further words are the script's. What is taken is removed from `words`. Nothing when there is no script. Throws
/// base::Error (usage) for `-m` or `-c` without a value.
///
/// CLI11 could not do this: its prefix commands accept unknown options in front of the script.
std::optional<launch::Target> take_target(const CLI::App& options, std::vector<std::string>& words);

/// Likewise what stands behind a `--`, of a command that has words of its own before it; removes both from `words`.
std::optional<launch::Target> take_given_command(const CLI::App& options, std::vector<std::string>& words);

}  // namespace ftscale::cli
