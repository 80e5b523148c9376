// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/compare_command.h"

#include "cli/check_command.h"
#include "cli/output_file.h"
#include "cli/show_report.h"
#include "compare/difference.h"
#include "report/comparison.h"

namespace ftscale::cli {

CLI::App* add_compare_command(CLI::App& app, CompareOptions& options) {
    CLI::App* command = app.add_subcommand("compare", "Put two recordings side by side: what changed, and by how much");
    command->add_option("A", options.before, "A recording or a baseline: before")->required();
    command->add_option("B", options.after, "A recording or a baseline: after")->required();
    add_reading_options(*command, options.reading);
    command->add_option("--format", options.format, "text, markdown or json")
        ->check(CLI::IsMember({"text", "markdown", "json"}))
        ->capture_default_str();
    command->add_option("-o,--output", options.output, "Write to this file instead of standard output");
    return command;
}

base::ExitCode compare_command(const CompareOptions& options) {
    const compare::Figures before = load_either(options.before, options.reading);
    const compare::Figures after = load_either(options.after, options.reading);
    const compare::Difference difference = compare::find_difference(before, after);
    const report::ComparedFigures compared{options.before, options.after, before, after};
    write_output(options.output, [&](std::ostream& out) {
        if (options.format == "json")
            report::write_comparison_json(compared, difference, out);
        else if (options.format == "markdown")
            report::write_comparison_markdown(compared, difference, out);
        else
            report::write_comparison_text(compared, difference, out, text_options(goes_to_terminal(options.output)));
    });
    return difference.why_not.empty() ? base::ExitCode::Ok : base::ExitCode::NotComparable;
}

}  // namespace ftscale::cli
