// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/report_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/findings/findings.h"
#include "analysis/fits.h"
#include "base/error.h"
#include "cli/output_file.h"
#include "cli/show_report.h"
#include "html/page.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/text.h"

namespace ftscale::cli {
namespace {

using analysis::Analysis;
using analysis::RegionResult;

constexpr const char* kHowToFit = "record one thread and two more thread counts, up to the CPUs, as in -t 1,2,4";

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
    throw base::Error(message, hint, base::ExitCode::Usage);
}

void keep_threads(Analysis& analysis, int threads) {
    auto& runs = analysis.whole.runs;
    std::string counts;
    for (const auto& run : runs) counts += fmt::format("{}{}", counts.empty() ? "" : ", ", run.threads);
    const int baseline = analysis.baseline_threads;
    std::erase_if(runs, [&](const auto& run) { return run.threads != threads && run.threads != baseline; });
    if (runs.empty() || runs.back().threads != threads)
        refuse(fmt::format("--threads: the recording has no run at {} threads", threads), "it has: " + counts);
    analysis.findings = analysis::find_causes(analysis.whole, analysis.manifest, analysis.measurement);
    if (threads != baseline) runs.erase(runs.begin());
}

void write_report(const Analysis& analysis, const ReportOptions& options, std::ostream& out) {
    if (options.format == "json")
        report::write_json(analysis, out);
    else if (options.format == "markdown")
        report::write_markdown(analysis, out);
    else
        report::write_text(analysis, out, text_options(goes_to_terminal(options.output)));
}

/// At these thread counts instead of the usual ones.
void predict_at(Analysis& analysis, const std::vector<int>& counts) {
    RegionResult& region = analysis.whole;
    if (!region.law) refuse("--predict: there is no law to predict by: " + region.why_no_amdahl, kHowToFit);
    region.predictions.clear();
    for (const int threads : counts) region.predictions.push_back(*analysis::predict(region, threads));
}

void keep_asked_for(Analysis& analysis, const ReportOptions& options) {
    if (!options.predict.empty()) predict_at(analysis, options.predict);
    if (options.threads != 0) keep_threads(analysis, options.threads);
}

/// Needs more than the analysis.
void write_page(const ReportOptions& options) {
    html::check_template();
    refuse_terminal(options.output, "--format html");
    auto [analysis, profile] = load_both(options.recording, options.reading);
    keep_asked_for(analysis, options);
    write_output(options.output, [&, &analysis = analysis, &profile = profile](std::ostream& out) {
        html::write_page(analysis, profile, out);
    });
}

}  // namespace

CLI::App* add_report_command(CLI::App& app, ReportOptions& options) {
    CLI::App* report = app.add_subcommand("report", "Print what a recording says");
    report->add_option("RECORDING", options.recording, "A recording, or the .partial folder of an interrupted one")
        ->required();
    report->add_option("--format", options.format, "text, markdown, json or html")
        ->check(CLI::IsMember({"text", "markdown", "json", "html"}))
        ->capture_default_str();
    report->add_option("-o,--output", options.output, "Write to this file instead of standard output");
    add_reading_options(*report, options.reading);
    report->add_option("-t,--threads", options.threads, "Explain the runs at this thread count only")
        ->check(CLI::Range(1, 4096));
    report
        ->add_option("--predict", options.predict,
                     "Predict the speed-up at these thread counts, run or not, as in 16,32,64")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::Range(1, 4096));
    return report;
}

base::ExitCode report_command(const ReportOptions& options) {
    if (options.format == "html") {
        write_page(options);
        return base::ExitCode::Ok;
    }
    Analysis analysis = load_analysis(options.recording, options.reading);
    keep_asked_for(analysis, options);
    write_output(options.output, [&](std::ostream& out) { write_report(analysis, options, out); });
    return base::ExitCode::Ok;
}

}  // namespace ftscale::cli
