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

/// The value and its interval, with as many digits as it takes to tell its ends from the limit.
std::string value_text(const Outcome& outcome) {
    if (!outcome.interval95) return cores_text(outcome.value);
    const auto [low, high] = *outcome.interval95;
    const auto text = [](double value, int digits) {
        const std::string rounded = fmt::format("{:.{}f}", value, digits);
        return value < 0 && rounded.find_first_of("123456789") == std::string::npos ? rounded.substr(1) : rounded;
    };
    int digits = 2;
    while (digits < 4 &&
           (text(low, digits) == text(outcome.bound, digits) || text(high, digits) == text(outcome.bound, digits)))
        ++digits;
    return fmt::format("{} (95 %: {} to {})", text(outcome.value, digits), text(low, digits), text(high, digits));
}

/// What is to be done about it.
std::string repeats_text(const Outcome& outcome) {
    if (!outcome.repeats_needed) return {};
    if (*outcome.repeats_needed >= 1000) return "; no reasonable number of repeats would tell in this noise";
    if (outcome.has_short_baseline)
        return fmt::format("; against so short a baseline that may be chance: make one of {} repeats",
                           *outcome.repeats_needed);
    const char* const chance = outcome.has_too_few_runs ? "with so few or so short runs that may be chance: " : "";
    const char* const both = outcome.rule == "max-regression" ? " of both" : "";
    return fmt::format("; {}some {} repeats{} would tell", chance, *outcome.repeats_needed, both);
}

}  // namespace

std::string outcome_subject(const Outcome& outcome) {
    const std::string threads = threads_text(outcome.threads);
    return outcome.subject.empty() ? threads : outcome.subject + " at " + threads;
}

std::string outcome_sentence(const Outcome& outcome) {
    if (!outcome.reason.empty()) return outcome.reason;
    const std::string value = value_text(outcome);
    std::string text;
    if (outcome.rule == "max-regression")
        text =
            fmt::format("efficiency is {} of the baseline's; at least {} is wanted", value, cores_text(outcome.bound));
    else if (outcome.rule == "min-speedup")
        text = fmt::format("speed-up is {}; at least {} is wanted", value, cores_text(outcome.bound));
    else
        text = fmt::format("{} cores are lost; at most {} may be", value, cores_text(outcome.bound));
    if (outcome.is_disturbed) return text + "; other programs used the CPUs: measure again on a quiet machine";
    return text + repeats_text(outcome);
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
