// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/check_report.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <string>

#include "report/check_sentences.h"
#include "report/json_values.h"
#include "report/markdown_text.h"
#include "report/quantities.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using compare::CheckResult;
using compare::Growth;
using compare::Outcome;
using compare::Verdict;

Json outcome_json(const Outcome& outcome) {
    Json json = {{"rule", outcome.rule},
                 {"subject", text_or_null(outcome.subject)},
                 {"threads", outcome.threads},
                 {"verdict", compare::verdict_name(outcome.verdict)},
                 {"value", outcome.reason.empty() ? number(outcome.value) : Json()},
                 {"bound", number(outcome.bound)},
                 {"value_ci95", interval(outcome.interval95)},
                 {"repeats_needed", outcome.repeats_needed ? Json(*outcome.repeats_needed) : Json()},
                 {"message", outcome_sentence(outcome)}};
    return json;
}

Json growth_json(const Growth& growth) {
    return {{"kind", growth.kind},
            {"name", growth.now.name},
            {"place", text_or_null(growth.now.place)},
            {"lost_cores", number(growth.now.cores)},
            {"lost_cores_before", number(growth.before_cores)}};
}

/// Character data and attribute values of XML 1.0; what it cannot hold is replaced.
std::string xml_text(const std::string& text) {
    std::string result;
    for (const char character : printable(text)) {
        switch (character) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += character;
        }
    }
    return result;
}

std::string growth_lines(const CheckResult& result) {
    std::string text;
    for (const Growth& growth : result.grown) text += "\n" + growth_sentence(growth);
    return text;
}

void write_case(const CheckResult& result, const Outcome& outcome, bool inconclusive_passes, std::ostream& out) {
    fmt::print(out, "  <testcase classname=\"ftscale.{}\" name=\"{}\"", outcome.rule,
               xml_text(outcome_subject(outcome)));
    const std::string sentence = xml_text(outcome_sentence(outcome));
    switch (outcome.verdict) {
        case Verdict::Pass:
            out << "/>\n";
            return;
        case Verdict::Fail:
            fmt::print(out, ">\n    <failure message=\"{}\">{}{}</failure>\n", sentence, sentence,
                       xml_text(growth_lines(result)));
            break;
        case Verdict::Inconclusive:
            if (inconclusive_passes)
                fmt::print(out, ">\n    <skipped message=\"inconclusive: {}\"/>\n", sentence);
            else
                fmt::print(out, ">\n    <error message=\"inconclusive: {}\"/>\n", sentence);
            break;
        case Verdict::Invalid:
            fmt::print(out, ">\n    <error message=\"invalid: {}\"/>\n", sentence);
            break;
    }
    out << "  </testcase>\n";
}

std::ptrdiff_t count(const CheckResult& result, Verdict verdict) {
    return std::count_if(result.outcomes.begin(), result.outcomes.end(),
                         [&](const Outcome& outcome) { return outcome.verdict == verdict; });
}

}  // namespace

void write_check_text(const CheckResult& result, std::ostream& out) {
    out << printable(check_headline(result)) << '\n';
    for (std::size_t i = 1; i < result.reasons.size(); ++i) out << "  " << printable(result.reasons[i]) << '\n';
    for (const Outcome& outcome : result.outcomes)
        fmt::print(out, "  {:<13} {:<15} {}: {}\n", compare::verdict_name(outcome.verdict), outcome.rule,
                   printable(outcome_subject(outcome)), printable(outcome_sentence(outcome)));
    if (result.grown.empty()) return;
    fmt::print(out, "what lost more than before, at {}:\n", threads_text(result.threads));
    for (const Growth& growth : result.grown)
        fmt::print(out, "  {:+.2f}  {}\n", growth.grown_cores(), printable(growth_sentence(growth)));
}

void write_check_markdown(const CheckResult& result, std::ostream& out) {
    fmt::print(out, "### ftscale check: {}\n", markdown_text(check_headline(result)));
    if (result.verdict == Verdict::Invalid)
        for (const std::string& reason : result.reasons) fmt::print(out, "\n- {}\n", markdown_text(reason));
    if (!result.outcomes.empty()) out << "\n| verdict | rule | of | |\n| --- | --- | --- | --- |\n";
    for (const Outcome& outcome : result.outcomes)
        fmt::print(out, "| **{}** | `{}` | {} | {} |\n", compare::verdict_name(outcome.verdict), outcome.rule,
                   markdown_text(outcome_subject(outcome), 80), markdown_text(outcome_sentence(outcome)));
    if (result.grown.empty()) return;
    fmt::print(out, "\nWhat lost more than before, at {}:\n\n", threads_text(result.threads));
    for (const Growth& growth : result.grown)
        fmt::print(out, "- **{:+.2f}** cores: {}\n", growth.grown_cores(), markdown_text(growth_sentence(growth)));
}

void write_check_json(const CheckResult& result, std::ostream& out) {
    const Json json = {{"schema", "ftscale.check/1"},
                       {"verdict", compare::verdict_name(result.verdict)},
                       {"message", check_headline(result)},
                       {"reasons", result.reasons},
                       {"rules", list(result.outcomes, outcome_json)},
                       {"threads", result.threads},
                       {"grown", list(result.grown, growth_json)}};
    out << json.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void write_check_junit(const CheckResult& result, bool inconclusive_passes, std::ostream& out) {
    const auto unclear = count(result, Verdict::Inconclusive);
    const bool is_empty = result.outcomes.empty();
    const auto errors = count(result, Verdict::Invalid) + (inconclusive_passes ? 0 : unclear) + (is_empty ? 1 : 0);
    fmt::print(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    fmt::print(out, " <testsuite name=\"ftscale check\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
               result.outcomes.size() + (is_empty ? 1 : 0), count(result, Verdict::Fail), errors,
               inconclusive_passes ? unclear : 0);
    if (is_empty)
        fmt::print(out,
                   "  <testcase classname=\"ftscale.check\" name=\"comparable\">\n    <error message=\"{}\"/>\n  "
                   "</testcase>\n",
                   xml_text(check_headline(result)));
    for (const Outcome& outcome : result.outcomes) write_case(result, outcome, inconclusive_passes, out);
    out << " </testsuite>\n</testsuites>\n";
}

}  // namespace ftscale::report
