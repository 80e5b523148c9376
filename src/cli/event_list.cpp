// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/event_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>
#include <strings.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "report/text_width.h"

namespace ftscale::cli {
namespace {

using counters::CatalogueEntry;
using counters::CatalogueSection;

constexpr int kColumns = 80;
constexpr int kNameColumn = 8;          // behind two blanks and the verdict
constexpr int kDescriptionColumn = 35;  // where names are short enough

bool name_matches(const std::string& name, const std::string& pattern) {
    if (pattern.find_first_of("*?[") != std::string::npos)
        return fnmatch(pattern.c_str(), name.c_str(), FNM_CASEFOLD) == 0;
    return strcasestr(name.c_str(), pattern.c_str()) != nullptr;
}

bool leaves_out_kernel(const ListedEvent& event) {
    const auto side = event.access.kernel_side ? counters::Side::UserAndKernel : counters::Side::UserOnly;
    return event.access.possible && !counters::counts_kernel(event.entry.encoding, side);
}

const char* verdict(const ListedEvent& event) {
    if (!event.access.possible) return "no";
    return leaves_out_kernel(event) ? "user" : "yes";
}

std::string names_of(const CatalogueEntry& entry) {
    std::vector<std::string> names = {entry.name};
    names.insert(names.end(), entry.aliases.begin(), entry.aliases.end());
    return fmt::format("{}", fmt::join(names, ", "));
}

/// "  yes   page-faults, faults        Page faults, minor and major"; the description below where the names are long.
std::string format_event(const ListedEvent& event) {
    const std::string names = names_of(event.entry);
    const bool fits = kNameColumn + report::display_width(names) + 2 <= kDescriptionColumn;
    const int indent = fits ? kDescriptionColumn : kNameColumn + 4;
    std::string text = fmt::format("  {:<{}}{}", verdict(event), kNameColumn - 2, names);
    bool on_names_line = fits;
    for (const std::string& line : report::wrap(event.entry.description, kColumns - indent)) {
        if (on_names_line) {
            text = report::pad_right(text, indent) + line;
        } else {
            text += "\n" + std::string(static_cast<std::size_t>(indent), ' ') + line;
        }
        on_names_line = false;
    }
    return text + "\n";
}

/// What stands in the first column, where it needs words: "no: this machine has no such event (no PMU: ENOENT)".
std::string format_legend(const std::vector<ListedSection>& sections) {
    std::map<std::string, int> reasons;
    bool has_user_side_only = false;
    for (const ListedSection& section : sections) {
        for (const ListedEvent& event : section.events) {
            if (!event.access.possible) ++reasons[event.access.reason];
            has_user_side_only |= leaves_out_kernel(event);
        }
    }
    std::string text;
    for (const auto& [reason, count] : reasons) {
        const std::string how_many =
            reasons.size() > 1 ? fmt::format(" ({} event{})", count, count == 1 ? "" : "s") : std::string();
        text += fmt::format("no: {}{}\n", reason, how_many);
    }
    if (has_user_side_only)
        text += "user: not counted while a thread is in the kernel (perf_event_paranoid is above 1)\n";
    return text;
}

counters::EventAccess try_entry(const std::string& pmu, const CatalogueEntry& entry,
                                const counters::Surroundings& surroundings, counters::Opener& opener) {
    if (counters::is_absent_on_arm(pmu + "::" + entry.name, entry.encoding, surroundings.arm_events)) {
        counters::EventAccess absent;
        absent.obstacle = counters::Obstacle::NoEvent;
        absent.reason = counters::kAbsentOnArm;
        return absent;
    }
    return counters::try_event(entry.encoding, surroundings.permissions, opener);
}

}  // namespace

bool matches(const CatalogueEntry& entry, const std::string& pattern) {
    return name_matches(entry.name, pattern) ||
           std::any_of(entry.aliases.begin(), entry.aliases.end(),
                       [&](const std::string& alias) { return name_matches(alias, pattern); });
}

std::vector<CatalogueSection> matching(const std::vector<CatalogueSection>& sections, const std::string& pattern) {
    std::vector<CatalogueSection> found;
    for (const CatalogueSection& section : sections) {
        CatalogueSection some{section.title, {}, section.pmu};
        std::copy_if(section.entries.begin(), section.entries.end(), std::back_inserter(some.entries),
                     [&](const CatalogueEntry& entry) { return matches(entry, pattern); });
        if (!some.entries.empty()) found.push_back(std::move(some));
    }
    return found;
}

std::vector<ListedSection> try_events(const std::vector<CatalogueSection>& sections,
                                      const counters::Surroundings& surroundings, counters::Opener& opener) {
    // The kernel sets up a PMU for the first event and takes it down after the last, which takes longer than the event.
    const counters::OpenEvent keeps_pmu(opener, counters::kCyclesEvent, counters::Side::UserOnly);
    std::vector<ListedSection> listed;
    for (const CatalogueSection& section : sections) {
        listed.push_back({section.title, {}});
        for (const CatalogueEntry& entry : section.entries)
            listed.back().events.push_back({entry, try_entry(section.pmu, entry, surroundings, opener)});
    }
    return listed;
}

std::string format_events(const std::vector<ListedSection>& sections) {
    std::string text;
    for (const ListedSection& section : sections) {
        text += section.title + "\n";
        for (const ListedEvent& event : section.events) text += format_event(event);
        text += "\n";
    }
    return text + format_legend(sections);
}

}  // namespace ftscale::cli
