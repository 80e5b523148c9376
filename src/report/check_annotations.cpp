// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// GitHub's workflow commands: "::error file=app.py,line=12,title=...::message". A step may have ten of each kind; more
// are dropped without a word.
#include <algorithm>
#include <string>
#include <vector>

#include "report/check_places.h"
#include "report/check_report.h"
#include "report/check_sentences.h"

namespace ftscale::report {
namespace {

using compare::CheckResult;
using compare::Outcome;
using compare::Verdict;

constexpr std::size_t kMostAnnotations = 10;

/// What would end a command's message, or (is_property) one of its properties.
std::string escaped(const std::string& text, bool is_property) {
    std::string result;
    for (const char character : text) {
        if (character == '%')
            result += "%25";
        else if (character == '\r')
            result += "%0D";
        else if (character == '\n')
            result += "%0A";
        else if (is_property && character == ':')
            result += "%3A";
        else if (is_property && character == ',')
            result += "%2C";
        else
            result += character;
    }
    return result;
}

struct Annotation {
    bool is_error = true;
    std::string title, message;
    std::optional<RepositoryLine> line;
};

Annotation annotation_of(const CheckResult& result, const Outcome& outcome, const std::string& root) {
    const bool is_error = outcome.verdict != Verdict::Inconclusive;
    return {is_error, std::string("ftscale ") + outcome.rule + ": " + compare::verdict_name(outcome.verdict),
            outcome_subject(outcome) + ": " + outcome_sentence(outcome),
            outcome.verdict == Verdict::Fail ? line_of_outcome(result, outcome, root) : std::nullopt};
}

/// Broken rules first, then what grew (where one was broken), then what is not known.
std::vector<Annotation> annotations_of(const CheckResult& result, const std::string& root) {
    std::vector<Annotation> errors, others;
    for (const Outcome& outcome : result.outcomes) {
        if (outcome.verdict == Verdict::Pass) continue;
        auto& list = outcome.verdict == Verdict::Inconclusive ? others : errors;
        list.push_back(annotation_of(result, outcome, root));
    }
    if (result.outcomes.empty()) errors.push_back({true, "ftscale check", check_headline(result), {}});
    if (result.verdict == Verdict::Fail)
        for (const compare::Growth& growth : result.grown)
            if (const auto line = line_in_repository(growth.now.line, root))
                errors.push_back({true, "ftscale: loses more cores than before", growth_sentence(growth), line});
    errors.insert(errors.end(), others.begin(), others.end());
    errors.resize(std::min(errors.size(), kMostAnnotations));
    return errors;
}

}  // namespace

void write_check_annotations(const CheckResult& result, const std::string& root, std::ostream& out) {
    for (const Annotation& annotation : annotations_of(result, root)) {
        out << (annotation.is_error ? "::error " : "::warning ");
        if (annotation.line)
            out << "file=" << escaped(annotation.line->file, true) << ",line=" << annotation.line->line << ',';
        out << "title=" << escaped(annotation.title, true) << "::" << escaped(annotation.message, false) << '\n';
    }
}

}  // namespace ftscale::report
