// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/check_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "cli/check_outputs.h"
#include "cli/more_repeats.h"
#include "cli/output_file.h"
#include "compare/check.h"
#include "recording/reader.h"

namespace ftscale::cli {
namespace {

namespace fs = std::filesystem;
using compare::CheckResult;
using compare::Figures;
using compare::Rules;
using compare::Verdict;

constexpr const char* kDefaultRules = "ftscale.toml";

Rules rules_of_file(const CheckOptions& options) {
    std::error_code failed;
    if (options.rules.empty() && !fs::exists(kDefaultRules, failed)) return {};
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

void write_outputs(const CheckOptions& options, const CheckAnswer& answer, const std::vector<ExtraOutput>& also) {
    write_answer(answer, options.format, options.output);
    for (const ExtraOutput& extra : also) write_answer(answer, extra.format, extra.path);
    if (options.github) write_for_github(answer);
}

/// now.ftscale -> now.more-1.ftscale
std::string more_path(const std::string& recording, int batch) {
    fs::path path(recording);
    const fs::path extension = path.extension();
    return path.replace_extension().string() + fmt::format(".more-{}", batch) + extension.string();
}

int repeats_of(const Figures& figures) {
    int most = 0;
    for (const compare::TimedPoint& point : figures.points)
        most = std::max(most, static_cast<int>(point.repeats_s.size()));
    return most;
}

/// How many repeats would make it clear; none where more runs cannot, as where the baseline has a single one or is
/// short.
std::optional<int> repeats_wanted(const CheckResult& result) {
    std::optional<int> most;
    if (result.verdict != Verdict::Inconclusive) return most;
    for (const compare::Outcome& outcome : result.outcomes)
        if (outcome.repeats_needed && !outcome.has_short_baseline)
            most = std::max(most.value_or(0), *outcome.repeats_needed);
    return most;
}

void check_interpreter(const recording::Manifest& before, const recording::Manifest& more) {
    if (more.interpreter.version_hex == before.interpreter.version_hex) return;
    throw base::Error(fmt::format("the recording is of Python {}, what was measured now of {}",
                                  before.interpreter.version, more.interpreter.version),
                      "name the interpreter with --python", base::ExitCode::Usage);
}

/// Checks, and measures on as long as the answer is hidden by noise. `now` gets what is measured.
CheckResult check_until_conclusive(const CheckOptions& options, const Rules& rules, const Figures* baseline,
                                   Figures& now) {
    const std::vector<int> looks = repeats_by_look(repeats_of(now), options.most_repeats);
    const int count = static_cast<int>(looks.size());
    CheckResult result = compare::check(now, baseline, rules, count);
    std::optional<recording::Manifest> manifest;  // read once there is a use for it
    int have = looks.front();
    for (int batch = 1; have < looks.back(); ++batch) {
        const std::optional<int> wanted = repeats_wanted(result);
        if (!wanted) break;
        if (!manifest) manifest = recording::load(options.recording).manifest;
        const int next = next_look(looks, have, *wanted);
        const std::string path = more_path(options.recording, batch);
        const launch::Target target = target_to_run_again(*manifest, options.again);
        fmt::print(stderr, "ftscale: inconclusive with {} repeats: {} more of {}, into {}\n", have, next - have,
                   fmt::join(target.words(), " "), path);
        measure_more(*manifest, next - have, options.again, path);
        check_interpreter(*manifest, recording::load_manifest(path));
        append_repeats(now, load_figures(path, options.reading));
        have = next;
        result = compare::check(now, baseline, rules, count);
    }
    return result;
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
    command->add_option("RECORDING", options.recording, "A recording, or the baseline made of one")->required();
    command->add_option("--baseline", options.baseline, "Compare with this baseline, made by ftscale baseline");
    command->add_option("--max-regression", options.max_regression,
                        "Share of the efficiency that may be lost against the baseline, as in 5% (default)");
    command
        ->add_option("--min-speedup", options.min_speedup, "N=X: at N threads the speed-up must be X. May be repeated")
        ->allow_extra_args(false);
    command
        ->add_option(
            "--max-loss", options.max_loss,
            "NAME=CORES: no more may be lost to a category, function:NAME, lock:NAME or object:NAME. May be repeated")
        ->allow_extra_args(false);
    command->add_option("--rules", options.rules, "Rules file (default: ftscale.toml, where there is one)");
    command
        ->add_option("--inconclusive", options.inconclusive,
                     "pass or fail: what noise that hides the answer is taken for")
        ->check(CLI::IsMember({"pass", "fail"}));
    auto* until = command
                      ->add_option("--until-conclusive", options.most_repeats,
                                   "Measure on while the answer is inconclusive, up to so many repeats")
                      ->check(CLI::Range(2, 1000));
    command
        ->add_option("--env", options.again.environment,
                     "NAME=VALUE: what the recording was made with, for measuring on. May be repeated")
        ->allow_extra_args(false)
        ->needs(until);
    command->add_option("--python", options.again.python, "The interpreter that runs the command given behind --")
        ->needs(until);
    command->footer(
        "ftscale check RECORDING --until-conclusive N [-- SCRIPT [ARGS...]]: the command is given again where the\n"
        "recording was not made here, by the same user.");
    add_reading_options(*command, options.reading);
    command->add_option("--format", options.format, "text, markdown, json, junit, sarif, github (annotations), ...")
        ->check(CLI::IsMember(check_formats()))
        ->capture_default_str();
    command->add_option("-o,--output", options.output, "Write to this file instead of standard output");
    command->add_option("--also", options.also, "FORMAT=FILE: write this, too, as in junit=check.xml. May be repeated")
        ->allow_extra_args(false);
    command->add_flag("--github", options.github,
                      "In a workflow on GitHub: annotations, and Markdown in the job's summary");
    return command;
}

base::ExitCode check_command(const CheckOptions& options) {
    const Rules rules = rules_of(options);
    check_there_is_something(options, rules);
    std::vector<ExtraOutput> also;
    for (const std::string& text : options.also) also.push_back(parse_extra_output(text));
    std::optional<Figures> baseline;
    if (!options.baseline.empty()) baseline = load_baseline(options.baseline);
    Figures now = load_either(options.recording, options.reading);
    const CheckResult result = check_until_conclusive(options, rules, baseline ? &*baseline : nullptr, now);
    write_outputs(options, {result, now, rules.inconclusive_passes.value_or(false)}, also);
    return exit_code(result, rules);
}

CLI::App* add_baseline_command(CLI::App& app, BaselineOptions& options) {
    CLI::App* command = app.add_subcommand("baseline", "Make of a recording a small file to check later ones against");
    command->add_option("RECORDING", options.recording, "A recording")->required();
    command->add_option("-o,--output", options.output, "Write to this file instead of standard output");
    add_reading_options(*command, options.reading);
    return command;
}

base::ExitCode baseline_command(const BaselineOptions& options) {
    const Figures figures = load_figures(options.recording, options.reading);
    if (figures.points.empty())
        throw base::Error("the recording has no runs with figures", "ftscale report says what went wrong");
    write_output(options.output, [&](std::ostream& out) { out << compare::to_json(figures); });
    return base::ExitCode::Ok;
}

}  // namespace ftscale::cli
