// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The commands: one file each, with its options, its help and what it does. The only room that knows CLI11.
#pragma once

#include <string>
#include <vector>

#include "base/exit_code.h"

namespace ftscale::cli {

/// Does what the words after the program's name say. Throws base::Error for whatever prevents it, wrong usage included.
base::ExitCode dispatch(std::vector<std::string> words);

}  // namespace ftscale::cli
