// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "counters/opener.h"

namespace ftscale::counters {

inline constexpr const char kAbsentOnArm[] = "this machine's PMU has no such event";

/// The architecture's common events that an Arm PMU says it has, by number, as the kernel lists them below `root`;
/// nothing where there is no such PMU.
std::optional<std::set<std::uint64_t>> read_arm_events(const std::filesystem::path& root = "/");

/// Whether the event (libpfm4's full name: "arm_ac57::L2D_CACHE_REFILL") is one of the architecture's common ones and
/// not among those. The kernel opens it all the same when it is asked for by number, and it counts nothing.
bool is_absent_on_arm(const std::string& full_name, const Encoding& event,
                      const std::optional<std::set<std::uint64_t>>& listed);

}  // namespace ftscale::counters
