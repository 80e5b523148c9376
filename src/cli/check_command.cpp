// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/check_command.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "cli/output_file.h"
#include "cli/show_report.h"
#include "compare/check.h"
#include "report/check_report.h"

namespace ftscale::cli {
namespace {

using compare::CheckResult;
using compare::Figures;
using compare::Rules;
using compare::Verdict;

constexpr const char* kDefaultRules = "ftscale.toml";

std::string read_file(const std::string& path, const std::string& hint) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file) throw base::Error(fmt::format("cannot read '{}': {}", path, std::strerror(errno)), hint);
    return std::move(text).str();
}

Figures load_figures(const std::string& recording, bool whole, const std::string& region) {
    analysis::Analysis analysis = load_analysis(recording, whole);
    if (!region.empty()) keep_region(analysis, region);
    return compare::make_figures(analysis);
}

std::optional<Figures> load_baseline(const std::string& path) {
    if (path.empty()) return std::nullopt;
    return compare::parse_figures(read_file(path, "make one with: ftscale baseline RECORDING -o FILE"));
}

Rules rules_of_file(const CheckOptions& options) {
    std::error_code failed;
    if (options.rules.empty() && !std::filesystem::exists(kDefaultRules, failed)) return {};
    const std::string path = options.rules.empty() ? kDefaultRules : options.rules;
    return compare::parse_rules(read_file(path, "name a rules file with --rules"), path);
}

Rules rules_of(const CheckOptions& options) {
    Rules rules;
    if (!options.max_regression.empty())
        rules.max_regression = compare::parse_share(options.max_regression, "--max-regression");
    for (const std::string& text : options.min_speedup)
        rules.min_speedup.insert(compare::parse_speedup_rule(text, "--min-speedup"));
    for (const std::string& text : options.max_loss)
        rules.max_loss.push_back(compare::parse_loss_rule(text, "--max-loss"));
    if (!options.inconclusive.empty()) rules.inconclusive_passes = options.inconclusive == "pass";
    return compare::merge_rules(std::move(rules), rules_of_file(options));
}

void check_there_is_something(const CheckOptions& options, const Rules& rules) {
    if (options.baseline.empty() && !rules.has_absolute())
        throw base::Error("there is nothing to check against",
                          "give --baseline FILE (ftscale baseline makes one), or a rule, as in --min-speedup 4=3.0",
                          base::ExitCode::Usage);
}

void write_result(const CheckOptions& options, const CheckResult& result, bool inconclusive_passes) {
    write_output(options.output, [&](std::ostream& out) {
        if (options.format == "json")
            report::write_check_json(result, out);
        else if (options.format == "markdown")
            report::write_check_markdown(result, out);
        else if (options.format == "junit")
            report::write_check_junit(result, inconclusive_passes, out);
        else
            report::write_check_text(result, out);
    });
    if (!options.junit.empty())
        write_output(options.junit,
                     [&](std::ostream& out) { report::write_check_junit(result, inconclusive_passes, out); });
    if (!options.markdown.empty())
        write_output(options.markdown, [&](std::ostream& out) { report::write_check_markdown(result, out); });
}

/// What is inconclusive has an exit code of its own unless it is told to be one of the others.
base::ExitCode exit_code(const CheckResult& result, const Rules& rules) {
    switch (result.verdict) {
        case Verdict::Pass:
            return base::ExitCode::Ok;
        case Verdict::Fail:
            return base::ExitCode::Regression;
        case Verdict::Invalid:
            return base::ExitCode::NotComparable;
        case Verdict::Inconclusive:
            break;
    }
    if (!rules.inconclusive_passes) return base::ExitCode::Inconclusive;
    return *rules.inconclusive_passes ? base::ExitCode::Ok : base::ExitCode::Regression;
}

}  // namespace

CLI::App* add_check_command(CLI::App& app, CheckOptions& options) {
    CLI::App* command = app.add_subcommand("check", "Fail where scaling got worse, or is not what it has to be");
    command->add_option("RECORDING", options.recording, "A recording")->required();
    command->add_option("--baseline", options.baseline, "Compare with this baseline, made by ftscale baseline");
    command->add_option("--max-regression", options.max_regression,
                        "Share of the efficiency that may be lost against the baseline, as in 5% (default)");
    command
        ->add_option("--min-speedup", options.min_speedup, "N=X: at N threads the speed-up must be X. May be repeated")
        ->allow_extra_args(false);
    command
        ->add_option("--max-loss", options.max_loss,
                     "NAME=CORES: no more may be lost to a category, function:NAME or lock:NAME. May be repeated")
        ->allow_extra_args(false);
    command->add_option("--rules", options.rules, "Rules file (default: ftscale.toml, where there is one)");
    command
        ->add_option("--inconclusive", options.inconclusive,
                     "pass or fail: what noise that hides the answer is taken for")
        ->check(CLI::IsMember({"pass", "fail"}));
    command->add_option("--region", options.region, "Check this marked region only");
    command->add_flag("--whole", options.whole, "Check the whole script even where it marks regions");
    command->add_option("--format", options.format, "text, markdown, json or junit")
        ->check(CLI::IsMember({"text", "markdown", "json", "junit"}))
        ->capture_default_str();
    command->add_option("-o,--output", options.output, "Write to this file instead of standard output");
    command->add_option("--junit", options.junit, "Write JUnit XML to this file, too");
    command->add_option("--markdown", options.markdown, "Write Markdown to this file, too");
    return command;
}

base::ExitCode check_command(const CheckOptions& options) {
    const Rules rules = rules_of(options);
    check_there_is_something(options, rules);
    const std::optional<Figures> baseline = load_baseline(options.baseline);
    const Figures now = load_figures(options.recording, options.whole, options.region);
    const CheckResult result = compare::check(now, baseline ? &*baseline : nullptr, rules);
    write_result(options, result, rules.inconclusive_passes.value_or(false));
    return exit_code(result, rules);
}

CLI::App* add_baseline_command(CLI::App& app, BaselineOptions& options) {
    CLI::App* command = app.add_subcommand("baseline", "Make of a recording a small file to check later ones against");
    command->add_option("RECORDING", options.recording, "A recording")->required();
    command->add_option("-o,--output", options.output, "Write to this file instead of standard output");
    command->add_option("--region", options.region, "Of this marked region only");
    command->add_flag("--whole", options.whole, "Of the whole script even where it marks regions");
    return command;
}

base::ExitCode baseline_command(const BaselineOptions& options) {
    const Figures figures = load_figures(options.recording, options.whole, options.region);
    if (figures.points.empty())
        throw base::Error("the recording has no runs with figures", "ftscale report says what went wrong");
    write_output(options.output, [&](std::ostream& out) { out << compare::to_json(figures); });
    return base::ExitCode::Ok;
}

}  // namespace ftscale::cli
