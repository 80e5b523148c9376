// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/check_sentences.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/quantities.h"

namespace ftscale::report {

using compare::CheckResult;
using compare::Outcome;
using compare::Verdict;

namespace {

std::string interval95_text(const Outcome& outcome) {
    if (!outcome.interval95) return {};
    return fmt::format(" (95 %: {} to {})", cores_text(outcome.interval95->first),
                       cores_text(outcome.interval95->second));
}

}  // namespace

std::string outcome_subject(const Outcome& outcome) {
    const std::string threads = threads_text(outcome.threads);
    return outcome.subject.empty() ? threads : outcome.subject + " at " + threads;
}

std::string outcome_sentence(const Outcome& outcome) {
    if (!outcome.reason.empty()) return outcome.reason;
    const std::string value = cores_text(outcome.value) + interval95_text(outcome);
    std::string text;
    if (outcome.rule == "max-regression")
        text =
            fmt::format("efficiency is {} of the baseline's; at least {} is wanted", value, cores_text(outcome.bound));
    else if (outcome.rule == "min-speedup")
        text = fmt::format("speed-up is {}; at least {} is wanted", value, cores_text(outcome.bound));
    else
        text = fmt::format("{} cores are lost; at most {} may be", value, cores_text(outcome.bound));
    if (outcome.repeats_needed)
        text += *outcome.repeats_needed >= 1000
                    ? "; no reasonable number of repeats would tell in this noise"
                    : fmt::format("; some {} repeats of both would tell", *outcome.repeats_needed);
    return text;
}

std::string check_headline(const CheckResult& result) {
    const auto count = [&](Verdict verdict) {
        return std::count_if(result.outcomes.begin(), result.outcomes.end(),
                             [&](const Outcome& outcome) { return outcome.verdict == verdict; });
    };
    switch (result.verdict) {
        case Verdict::Pass:
            return fmt::format("pass: all {} rule{} hold{}", result.outcomes.size(),
                               result.outcomes.size() == 1 ? "" : "s", result.outcomes.size() == 1 ? "s" : "");
        case Verdict::Fail:
            return fmt::format("fail: {} of {} rules {} broken", count(Verdict::Fail), result.outcomes.size(),
                               count(Verdict::Fail) == 1 ? "is" : "are");
        case Verdict::Inconclusive:
            return fmt::format("inconclusive: the noise hides whether {} of {} rules hold{}",
                               count(Verdict::Inconclusive), result.outcomes.size(),
                               count(Verdict::Inconclusive) == 1 ? "s" : "");
        case Verdict::Invalid:
            break;
    }
    return "invalid: " + (result.reasons.empty() ? std::string("nothing was checked") : result.reasons.front());
}

std::string growth_sentence(const compare::Growth& growth) {
    return fmt::format("{} {}{} loses {} cores, {} before", growth.kind, growth.now.name,
                       growth.now.place.empty() ? "" : " (" + growth.now.place + ")", cores_text(growth.now.cores),
                       cores_text(growth.before_cores));
}

}  // namespace ftscale::report
