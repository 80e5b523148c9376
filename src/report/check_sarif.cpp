// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// SARIF 2.1.0 (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as code scanning services read it.
#include <string>

#include "report/check_places.h"
#include "report/check_report.h"
#include "report/check_sentences.h"
#include "report/json_values.h"

namespace ftscale::report {
namespace {

using compare::CheckResult;
using compare::Outcome;
using compare::Verdict;

constexpr const char* kSchema = "https://json.schemastore.org/sarif-2.1.0.json";
/// Of a check that compared nothing.
constexpr const char* kNotComparable = "not-comparable";

Json rule_json(const char* id, const char* what) { return {{"id", id}, {"shortDescription", {{"text", what}}}}; }

Json rules_json() {
    return {rule_json("max-regression", "The efficiency may not fall against the baseline's"),
            rule_json("min-speedup", "The speed-up has to be reached"),
            rule_json("max-loss", "No more cores may be lost"),
            rule_json(kNotComparable, "There has to be something to compare")};
}

const char* level_of(Verdict verdict) { return verdict == Verdict::Inconclusive ? "warning" : "error"; }

Json location_json(const RepositoryLine& line) {
    return {{"physicalLocation",
             {{"artifactLocation", {{"uri", uri_text(line.file)}, {"uriBaseId", "%SRCROOT%"}}},
              {"region", {{"startLine", line.line}}}}}};
}

Json result_json(const CheckResult& result, const Outcome& outcome, const std::string& root) {
    std::string text = outcome_subject(outcome) + ": " + outcome_sentence(outcome);
    if (outcome.verdict == Verdict::Fail)
        for (const compare::Growth& growth : result.grown) text += "\n" + growth_sentence(growth);
    Json json = {{"ruleId", outcome.rule}, {"level", level_of(outcome.verdict)}, {"message", {{"text", text}}}};
    if (const auto line = line_of_outcome(result, outcome, root))
        json["locations"] = Json::array({location_json(*line)});
    json["partialFingerprints"] = {{"ftscaleRule/v1", outcome.rule + " " + outcome_subject(outcome)}};
    return json;
}

Json results_json(const CheckResult& result, const std::string& root) {
    Json results = Json::array();
    for (const Outcome& outcome : result.outcomes)
        if (outcome.verdict != Verdict::Pass) results.push_back(result_json(result, outcome, root));
    if (result.outcomes.empty())
        results.push_back(
            {{"ruleId", kNotComparable}, {"level", "error"}, {"message", {{"text", check_headline(result)}}}});
    return results;
}

}  // namespace

void write_check_sarif(const CheckResult& result, const std::string& root, std::ostream& out) {
    const Json driver = {{"name", "ftscale"}, {"version", FTSCALE_VERSION}, {"rules", rules_json()}};
    const Json run = {
        {"tool", {{"driver", driver}}}, {"columnKind", "unicodeCodePoints"}, {"results", results_json(result, root)}};
    const Json json = {{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::array({run})}};
    out << json.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace ftscale::report
