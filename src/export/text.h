// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Names come out of other people's programs: bytes that are not UTF-8, control characters, anything.
#pragma once

#include <string>

namespace ftscale::exports {

/// The text, with U+FFFD for each byte that is not UTF-8.
std::string valid_utf8(const std::string& text);

/// A JSON string with its quotes, of valid UTF-8 whatever the text.
std::string json_string(const std::string& text);

}  // namespace ftscale::exports
