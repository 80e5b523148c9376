// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace ftscale::recording {

/// The build id of an ELF file in hexadecimal digits; nothing when the file has none or cannot be read.
std::optional<std::string> read_build_id(const std::string& path);

}  // namespace ftscale::recording
