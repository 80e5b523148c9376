// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <string>

#include "report/check_report.h"
#include "report/check_sentences.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using compare::CheckResult;
using compare::Growth;
using compare::Outcome;
using compare::Verdict;

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
