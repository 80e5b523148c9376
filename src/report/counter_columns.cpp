// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/counter_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "analysis/counter_roles.h"
#include "report/quantities.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using analysis::CounterFacts;
using analysis::Counts;
using analysis::Measurement;
namespace role = analysis::role;

constexpr int kLeastColumns = 7;    // "12.3 G"
constexpr int kPairColumns = 11;    // "0.02 → 4.10"
constexpr int kMostTitle = 14;      // a line of a title
constexpr std::size_t kShort = 10;  // a title that need not be broken

struct RoleTitle {
    std::string_view role;
    const char* title;
};
constexpr std::array<RoleTitle, 6> kRates = {{{role::kCacheMisses, "cache misses"},
                                              {role::kLineTransfers, "line transfers"},
                                              {role::kLockedLoads, "locked loads"},
                                              {role::kMemoryOrderClears, "order clears"},
                                              {role::kExclusiveFailures, "exclusive failures"},
                                              {role::kRemoteAccesses, "remote accesses"}}};

/// Broken after the separator closest to its middle.
std::pair<std::string, std::string> in_two_lines(const std::string& title) {
    if (title.size() <= kShort || title == role::kInstructions) return {"", title};
    std::size_t best = 0;
    const auto off_middle = [&title](std::size_t at) {
        return std::abs(2 * static_cast<long>(at) - static_cast<long>(title.size()));
    };
    for (std::size_t i = 1; i + 1 < title.size(); ++i)
        if (std::string_view(" -_.:").find(title[i]) != std::string_view::npos &&
            (best == 0 || off_middle(i + 1) < off_middle(best)))
            best = i + 1;
    if (best == 0) return {"", title};
    const std::size_t end = title[best - 1] == ' ' ? best - 1 : best;
    return {title.substr(0, end), title.substr(best)};
}

CounterColumn titled(const std::string& title, int least_columns) {
    auto [first, second] = in_two_lines(title);
    CounterColumn column;
    column.first = elide_middle(first, kMostTitle, "~");
    column.second = elide_middle(second, kMostTitle, "~");
    column.columns = 2 + std::max({least_columns, display_width(column.first), display_width(column.second)});
    return column;
}

/// An estimate is marked where it stands.
std::string marked(const CounterFacts& counter, const std::string& title) {
    return counter.running_share < 1 ? "~" + title : title;
}

std::string rate_text(double rate) { return fmt::format("{:.{}f}", rate, rate < 9.995 ? 2 : rate < 99.95 ? 1 : 0); }

CounterColumn count_column(const CounterFacts& counter) {
    CounterColumn column = titled(marked(counter, counter.name), kLeastColumns);
    column.text = [name = counter.name, is_time = counts_time(counter)](const Counts& now, const Counts*,
                                                                        const Glyphs& glyphs) {
        const auto found = now.find(name);
        if (found == now.end()) return std::string(glyphs.nothing);
        return is_time ? seconds_text(1e-9 * found->second, glyphs) : magnitude_text(found->second);
    };
    return column;
}

using Rate = std::function<std::optional<double>(const Counts&)>;

CounterColumn rate_column(const std::string& title, const Rate& rate) {
    CounterColumn column = titled(title, kPairColumns);
    column.is_rate = true;
    column.text = [rate](const Counts& now, const Counts* before, const Glyphs& glyphs) {
        const auto here = rate(now);
        if (!here) return std::string(glyphs.nothing);
        if (before == nullptr) return rate_text(*here);
        const auto there = rate(*before);
        return fmt::format("{} {} {}", there ? rate_text(*there) : glyphs.nothing, glyphs.advice, rate_text(*here));
    };
    return column;
}

bool is_first_of_its_role(const CounterFacts& counter, const Measurement& measurement) {
    return !counter.role.empty() && analysis::find_counter(measurement, counter.role) == &counter;
}

bool is_rate(const CounterFacts& counter, const Measurement& measurement) {
    const bool has_rate_role = std::any_of(kRates.begin(), kRates.end(),
                                           [&](const RoleTitle& candidate) { return candidate.role == counter.role; });
    return has_rate_role && is_first_of_its_role(counter, measurement) &&
           analysis::find_counter(measurement, role::kInstructions) != nullptr;
}

void add_pace(const Measurement& measurement, std::vector<CounterColumn>& columns) {
    const CounterFacts* instructions = analysis::find_counter(measurement, role::kInstructions);
    const CounterFacts* cycles = analysis::find_counter(measurement, role::kCycles);
    for (const CounterFacts* counter : {instructions, cycles})
        if (counter != nullptr) columns.push_back(count_column(*counter));
    if (instructions == nullptr || cycles == nullptr) return;
    const bool is_estimate = instructions->running_share < 1 || cycles->running_share < 1;
    columns.push_back(rate_column(is_estimate ? "~IPC" : "IPC", [&measurement](const Counts& counts) {
        return analysis::instructions_per_cycle(counts, measurement);
    }));
}

}  // namespace

std::vector<CounterColumn> counter_columns(const Measurement& measurement) {
    std::vector<CounterColumn> columns;
    add_pace(measurement, columns);
    for (const RoleTitle& rate : kRates)
        for (const CounterFacts& counter : measurement.counters)
            if (counter.role == rate.role && is_rate(counter, measurement))
                columns.push_back(
                    rate_column(marked(counter, rate.title), [&measurement, name = counter.name](const Counts& counts) {
                        return analysis::per_kiloinstruction(counts, measurement, name);
                    }));
    for (const CounterFacts& counter : measurement.counters) {
        const bool is_pace = counter.role == role::kInstructions || counter.role == role::kCycles;
        if ((is_pace && is_first_of_its_role(counter, measurement)) || is_rate(counter, measurement)) continue;
        columns.push_back(count_column(counter));
    }
    return columns;
}

std::vector<std::vector<CounterColumn>> in_blocks(const std::vector<CounterColumn>& all, int columns) {
    std::vector<std::vector<CounterColumn>> blocks;
    int used = 0;
    for (const CounterColumn& column : all) {
        if (blocks.empty() || used + column.columns > columns) {
            blocks.emplace_back();
            used = 0;
        }
        blocks.back().push_back(column);
        used += column.columns;
    }
    return blocks;
}

std::string magnitude_text(double count) {
    constexpr double kInFull = 99'999.5;
    const bool is_fraction = count < 99.95 && std::abs(count - std::round(count)) > 0.05;  // a mean over the repeats
    if (is_fraction) return fmt::format("{:.1f}", count);
    if (count < kInFull) return count_text(static_cast<std::uint64_t>(std::llround(std::max(0.0, count))));
    constexpr std::array<const char*, 4> kPrefixes = {" k", " M", " G", " T"};
    std::size_t prefix = 0;
    double value = count / 1000;
    for (; value >= 999.5 && prefix + 1 < kPrefixes.size(); ++prefix) value /= 1000;
    return fmt::format("{:.{}f}{}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0, kPrefixes[prefix]);
}

bool counts_time(const CounterFacts& counter) {
    const std::string_view name = std::string_view(counter.name).substr(0, counter.name.find(':'));
    return name == "task-clock" || name == "cpu-clock";
}

}  // namespace ftscale::report
