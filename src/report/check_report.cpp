// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/check_report.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>

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
                 {"has_short_baseline", outcome.has_short_baseline},
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

namespace {

void write_whole_markdown(const CheckResult& result, std::ostream& out) {
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

}  // namespace

void write_check_markdown(const CheckResult& result, std::ostream& out, std::size_t most_bytes) {
    constexpr const char* kCut = "\n(cut: a longer text would not be taken)\n";
    std::ostringstream whole;
    write_whole_markdown(result, whole);
    std::string text = std::move(whole).str();
    if (text.size() > most_bytes) {
        const std::size_t room = most_bytes - std::min(most_bytes, std::string_view(kCut).size());
        const std::size_t line_end = text.rfind('\n', room);
        text.resize(line_end == std::string::npos ? 0 : line_end + 1);
        text += kCut;
    }
    out << text;
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

}  // namespace ftscale::report
