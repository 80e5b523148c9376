// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/title.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ftscale::exports {

constexpr std::size_t kLongestCommand = 100;  // bytes

std::string title(const recording::Manifest& manifest, int threads) {
    std::string command = fmt::format("{}", fmt::join(manifest.argv, " "));
    if (command.size() > kLongestCommand) command = command.substr(0, kLongestCommand) + "...";
    return fmt::format("{} at {} thread{}", command, threads, threads == 1 ? "" : "s");
}

std::string exporter() { return "ftscale@" FTSCALE_VERSION; }

}  // namespace ftscale::exports
