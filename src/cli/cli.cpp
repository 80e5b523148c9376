// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "cli/check_command.h"
#include "cli/compare_command.h"
#include "cli/completion_command.h"
#include "cli/doctor_command.h"
#include "cli/dump_command.h"
#include "cli/events_command.h"
#include "cli/export_command.h"
#include "cli/flamegraph_command.h"
#include "cli/report_command.h"
#include "cli/run_command.h"
#include "cli/target_words.h"

namespace ftscale::cli {
namespace {

/// CLI11 does not know that `run` takes a script: its words have been taken away before.
class HelpFormatter : public CLI::Formatter {
  public:
    std::string make_usage(const CLI::App* app, std::string name) const override {
        if (app->get_name() != "run") return CLI::Formatter::make_usage(app, name);
        return "\nUsage: ftscale run [OPTIONS] [--] SCRIPT [ARGS...]\n"
               "       ftscale run [OPTIONS] -m MODULE [ARGS...]\n"
               "       ftscale run [OPTIONS] -c CODE [ARGS...]\n";
    }
};

[[noreturn]] void refuse(const CLI::App& app, const std::string& message) {
    const auto used = app.get_subcommands();
    const std::string command = used.empty() ? "ftscale" : "ftscale " + used.front()->get_name();
    throw base::Error(message, fmt::format("see {} --help", command), base::ExitCode::Usage);
}

/// CLI11 would only say that a subcommand is required.
void check_command(const CLI::App& app, const std::vector<std::string>& words) {
    if (words.empty() || words.front().empty() || words.front()[0] == '-') return;
    const auto is_named = [&](const CLI::App* command) { return command->get_name() == words.front(); };
    if (app.get_subcommands(is_named).empty()) refuse(app, fmt::format("unknown command '{}'", words.front()));
}

/// CLI11 wants the words in reverse. True when there is something to do besides printing help.
bool parse(CLI::App& app, std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());
    try {
        app.parse(words);
        return true;
    } catch (const CLI::Success& asked_for_text) {
        app.exit(asked_for_text, std::cout, std::cerr);
        return false;
    } catch (const CLI::ParseError& error) {
        refuse(app, error.what());
    }
}

/// Output that did not reach its reader (a full disk) must not pass for success.
void check_output() {
    std::cout.flush();
    if (!std::cout || std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        throw base::Error(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
    }
}

}  // namespace

base::ExitCode dispatch(std::vector<std::string> words) {
    CLI::App app(
        "ftscale: a scaling profiler for free-threaded Python. My threads don't scale: where did the cores go?",
        "ftscale");
    app.formatter(std::make_shared<HelpFormatter>());
    app.set_version_flag("--version", std::string("ftscale ") + FTSCALE_VERSION);
    app.require_subcommand(1);

    RunOptions run_options;
    ReportOptions report_options;
    DoctorOptions doctor_options;
    DumpOptions dump_options;
    EventsOptions events_options;
    CheckOptions check_options;
    BaselineOptions baseline_options;
    CompareOptions compare_options;
    CompletionOptions completion_options;
    ExportOptions export_options;
    FlamegraphOptions flamegraph_options;
    CLI::App* run = add_run_command(app, run_options);
    CLI::App* report = add_report_command(app, report_options);
    CLI::App* exporting = add_export_command(app, export_options);
    CLI::App* flamegraph = add_flamegraph_command(app, flamegraph_options);
    CLI::App* comparing = add_compare_command(app, compare_options);
    CLI::App* checking = add_check_command(app, check_options);
    CLI::App* baseline = add_baseline_command(app, baseline_options);
    CLI::App* doctor = add_doctor_command(app, doctor_options);
    CLI::App* dump = add_dump_command(app, dump_options);
    CLI::App* events = add_events_command(app, events_options);
    CLI::App* completion = add_completion_command(app, completion_options);

    check_command(app, words);
    if (!words.empty() && words.front() == "run") {
        std::vector<std::string> options(words.begin() + 1, words.end());
        run_options.target = take_target(*run, options);
        options.insert(options.begin(), "run");
        words = std::move(options);
    }
    if (!words.empty() && words.front() == "check") check_options.again.target = take_given_command(*run, words);
    auto code = base::ExitCode::Ok;
    if (parse(app, std::move(words))) {
        if (run->parsed()) code = run_command(run_options);
        if (report->parsed()) code = report_command(report_options);
        if (exporting->parsed()) code = export_command(export_options);
        if (flamegraph->parsed()) code = flamegraph_command(flamegraph_options);
        if (comparing->parsed()) code = compare_command(compare_options);
        if (checking->parsed()) code = check_command(check_options);
        if (baseline->parsed()) code = baseline_command(baseline_options);
        if (doctor->parsed()) code = doctor_command(doctor_options);
        if (dump->parsed()) code = dump_command(dump_options);
        if (completion->parsed()) code = completion_command(app, completion_options);
        if (events->parsed()) code = events_command(events_options);
    }
    check_output();
    return code;
}

}  // namespace ftscale::cli
