// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// From the words on the command line to what can be run again and again.
#pragma once

#include <string>
#include <vector>

#include "launch/target_environment.h"
#include "launch/variables.h"

namespace ftscale::cli {

struct WhatToRun {
    launch::Target target;
    std::string interpreter;
    std::string standard_input;  // see launch::Command
};

/// What each run reads: the file that is named, or that our own standard input is, from its beginning. Empty: whatever
/// is left of our own. Throws base::Error (usage) where the file cannot be read, or the script itself could be read
/// only once.
std::string repeatable_input(const std::string& named, const launch::Target& target);

/// Throws base::Error where the target is a path, and not there. Needs no interpreter, unlike find_script.
void check_script_paths(const launch::Target& target, const std::vector<int>& threads);

/// The target with the path of its script, which may be an installed command: pytest -> /venv/bin/pytest. Throws
/// base::Error where there is neither.
launch::Target find_script(const launch::Target& target, const std::string& interpreter,
                           const std::vector<int>& threads, const launch::Variables& variables);

}  // namespace ftscale::cli
