// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/json.h"

#include "report/category_notes.h"
#include "report/json_parts.h"
#include "report/sections.h"

namespace ftscale::report {
namespace {

using analysis::Analysis;
using analysis::RegionResult;

Json finding_json(const analysis::Finding& finding) {
    return {{"rule", finding.rule},         {"uncertainty_cores", number(finding.uncertainty_cores)},
            {"severity", finding.severity}, {"lost_cores", number(finding.lost_cores)},
            {"title", finding.title},       {"evidence", finding.evidence},
            {"advice", finding.advice},     {"speedup_without", number(finding.speedup_without)}};
}

Json warning_json(const analysis::Warning& warning) { return {{"code", warning.code}, {"message", warning.message}}; }

}  // namespace

void write_json(const Analysis& analysis, std::ostream& out, JsonLayout layout) {
    const auto runs_json = [&](const RegionResult& region) {
        return list(region.runs, [&](const analysis::RunResult& run) { return run_json(run, analysis.measurement); });
    };
    const Json report = {
        {"schema", "ftscale.report/1"},
        {"target", target_json(analysis.manifest)},
        {"machine", machine_json(analysis.manifest.machine)},
        {"sweep", sweep_json(analysis.manifest)},
        {"measurement", measurement_json(analysis.measurement)},
        {"region", text_or_null(analysis.whole.name)},
        {"scaling", scaling_json(analysis, analysis.whole)},
        {"runs", runs_json(analysis.whole)},
        {"regions", list(analysis.regions,
                         [&](const RegionResult& region) -> Json {
                             return {{"name", region.name},
                                     {"scaling", scaling_json(analysis, region)},
                                     {"runs", runs_json(region)}};
                         })},
        {"summary", verdict_sentence(analysis)},
        {"findings", list(analysis.findings, finding_json)},
        {"warnings", list(complete_warnings(analysis), warning_json)},
    };
    // Names come from scripts and file systems: what is not UTF-8 becomes U+FFFD rather than an exception.
    out << report.dump(layout == JsonLayout::Compact ? -1 : 1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace ftscale::report
