// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/flamegraph_command.h"

#include <set>

#include "cli/output_file.h"
#include "cli/show_report.h"
#include "html/page.h"

namespace ftscale::cli {

CLI::App* add_flamegraph_command(CLI::App& app, FlamegraphOptions& options) {
    CLI::App* command = app.add_subcommand("flamegraph", "Draw flame graphs: time, waits, and what grows with threads");
    command->add_option("RECORDING", options.recording, "A recording, or the .partial folder of an interrupted one")
        ->required();
    command->add_option("-o,--output", options.output, "Write to this file, as in FILE.html, not to standard output");
    command->add_option("-t,--threads", options.threads, "The runs at this thread count (default: all, to choose from)")
        ->check(CLI::Range(1, 4096));
    command->add_option("--vs", options.versus, "Show what is lost over this thread count (default: the baseline)")
        ->check(CLI::Range(1, 4096));
    add_reading_options(*command, options.reading);
    return command;
}

namespace {

std::set<int> chosen_threads(const FlamegraphOptions& options) {
    return options.threads == 0 ? std::set<int>{} : std::set<int>{options.threads};
}

}  // namespace

base::ExitCode flamegraph_command(const FlamegraphOptions& options) {
    html::check_template();
    refuse_terminal(options.output, "a flame graph");
    const analysis::Profile profile = load_profile(options.recording, options.reading);
    const html::Flames flames =
        html::make_flames(profile, {.threads = chosen_threads(options), .versus = options.versus});
    write_output(options.output, [&](std::ostream& out) { html::write_flame_page(profile, flames, out); });
    return base::ExitCode::Ok;
}

}  // namespace ftscale::cli
