// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Commands that packages install: pytest, sphinx-build, ...
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "launch/variables.h"

namespace ftscale::launch {

/// The Python script that is installed under this name (without a slash): beside the interpreter, as in a virtual
/// environment, else on PATH. Nothing where there is none, or what is there is no script for Python.
std::optional<std::filesystem::path> find_console_script(const std::string& name, const std::string& interpreter,
                                                         const Variables& variables);

}  // namespace ftscale::launch
