// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Where a command's result goes: the file named with -o, or standard output.
#pragma once

#include <functional>
#include <ostream>
#include <string>

namespace ftscale::cli {

using Write = std::function<void(std::ostream&)>;

/// Into the file, or to standard output where `path` is empty or "-". Throws base::Error where the file cannot be
/// written.
void write_output(const std::string& path, const Write& write);

/// Whether somebody looks at the result as it is written.
bool goes_to_terminal(const std::string& path);

/// For what a terminal cannot show: throws base::Error (usage) where it would get it. `what`: "--format pprof".
void refuse_terminal(const std::string& path, const std::string& what);

}  // namespace ftscale::cli
