// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/events_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

#include "base/error.h"
#include "cli/event_list.h"
#include "counters/nearest.h"

namespace ftscale::cli {
namespace {

constexpr const char* kFooter =
    "yes: it can be counted here; user: only while threads are not in the kernel; no: not\n"
    "at all, for the reason that stands below the list.\n\n"
    "Examples:\n"
    "  ftscale events\n"
    "  ftscale events fault\n"
    "  ftscale events 'L1-*-misses'";

[[noreturn]] void refuse(const std::string& pattern, const std::vector<counters::CatalogueSection>& known) {
    const std::vector<std::string> nearest = counters::nearest_names(pattern, counters::names_in(known));
    throw base::Error(
        fmt::format("no event's name matches '{}'", pattern),
        nearest.empty() ? "ftscale events lists them all" : fmt::format("did you mean {}?", fmt::join(nearest, ", ")));
}

}  // namespace

CLI::App* add_events_command(CLI::App& app, EventsOptions& options) {
    CLI::App* events = app.add_subcommand("events", "List the events that can be counted here, with descriptions");
    events->footer(kFooter);
    events->add_option("PATTERN", options.pattern,
                       "A part of the name, or the whole of it with * and ?; in any case. Default: all events");
    return events;
}

base::ExitCode events_command(const EventsOptions& options) {
    const auto known = counters::catalogue();
    const auto wanted = options.pattern.empty() ? known : matching(known, options.pattern);
    if (wanted.empty()) refuse(options.pattern, known);
    std::cout << format_events(
        try_events(wanted, counters::Surroundings::of_this_machine(), counters::system_opener()));
    return base::ExitCode::Ok;
}

}  // namespace ftscale::cli
