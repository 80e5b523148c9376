// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace ftscale::launch {

/// The first line of a file of /proc or /sys, without its newline; nothing when it cannot be read. Such files state no
/// size.
std::optional<std::string> read_first_line(const std::filesystem::path& path);

/// The first line as a whole number; nothing when it is not one.
std::optional<long> read_number(const std::filesystem::path& path);

/// The value of the first line "key<blanks>: value", as in /proc/cpuinfo and /proc/meminfo.
std::optional<std::string> read_field(const std::filesystem::path& path, const std::string& key);

}  // namespace ftscale::launch
