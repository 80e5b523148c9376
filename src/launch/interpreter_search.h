// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Where free-threaded interpreters are found when nobody names one. scripts/find-python looks in the same places in the
// same order.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launch/variables.h"

namespace ftscale::launch {

/// Executable files that may be free-threaded interpreters, best first: the active virtual environment's;
/// python3.15t, 3.14t, 3.13t on PATH; uv's installs; pyenv's; the one that scripts/build-python builds. None has been
/// started yet.
std::vector<std::filesystem::path> find_interpreters(const Variables& variables);

/// A name without a slash is looked up on PATH; anything else is a path. Nothing where there is no such file.
std::optional<std::filesystem::path> find_program(const std::string& name, const Variables& variables);

bool is_executable_file(const std::filesystem::path& path);

}  // namespace ftscale::launch
