// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

namespace ftscale::exports {

/// Seconds since 1970 of "2026-08-21T10:11:12Z"; nothing for what is no time.
inline std::optional<std::int64_t> parse_utc(const std::string& text) {
    std::tm time{};
    if (strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time) == nullptr) return std::nullopt;
    return timegm(&time);
}

}  // namespace ftscale::exports
