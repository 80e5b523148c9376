// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/arm_events.h"

#include <fstream>
#include <string>
#include <system_error>

namespace ftscale::counters {
namespace {

namespace fs = std::filesystem;

// The registers PMCEID0 and PMCEID1 say which of these a PMU has; Arm Architecture Reference Manual, D11.
constexpr std::uint64_t kCommonEvents = 0x40;

/// "event=0x0011" -> 0x11
std::optional<std::uint64_t> read_number(const fs::path& file) {
    const std::string prefix = "event=";
    std::ifstream stream(file);
    std::string text;
    if (!(stream >> text) || text.rfind(prefix, 0) != 0) return std::nullopt;
    return std::strtoull(text.c_str() + prefix.size(), nullptr, 0);
}

}  // namespace

std::optional<std::set<std::uint64_t>> read_arm_events(const fs::path& root) {
    std::optional<std::set<std::uint64_t>> listed;
    std::error_code failed;
    for (const auto& device : fs::directory_iterator(root / "sys/bus/event_source/devices", failed)) {
        const std::string name = device.path().filename().string();
        if (name.rfind("armv8", 0) != 0 && name.rfind("armv9", 0) != 0) continue;
        if (!listed) listed.emplace();
        for (const auto& event : fs::directory_iterator(device.path() / "events", failed)) {
            if (const auto number = read_number(event.path())) listed->insert(*number);
        }
    }
    return listed;
}

bool is_absent_on_arm(const std::string& full_name, const Encoding& event,
                      const std::optional<std::set<std::uint64_t>>& listed) {
    return listed && full_name.rfind("arm_", 0) == 0 && event.config < kCommonEvents &&
           listed->count(event.config) == 0;
}

}  // namespace ftscale::counters
