// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The forms in which a check's answer is written, and where to.
#pragma once

#include <string>
#include <vector>

#include "compare/check.h"
#include "compare/figures.h"

namespace ftscale::cli {

/// What there is to write.
struct CheckAnswer {
    const compare::CheckResult& result;
    const compare::Figures& figures;
    bool inconclusive_passes = false;
};

/// "text", "markdown", "json", "junit", "sarif", "github", "bencher", "github-benchmark"
const std::vector<std::string>& check_formats();

/// A file to be written beside.
struct ExtraOutput {
    std::string format, path;
};
/// "sarif=check.sarif". Throws base::Error (usage).
ExtraOutput parse_extra_output(const std::string& text);

/// To the file, or to standard output where `path` is empty. Throws base::Error where it cannot be written.
void write_answer(const CheckAnswer& answer, const std::string& format, const std::string& path);

/// In a workflow on GitHub: annotations on standard output, and the Markdown at the end of the job's summary, as far as
/// there is room. Throws base::Error where GITHUB_STEP_SUMMARY cannot be written.
void write_for_github(const CheckAnswer& answer);

}  // namespace ftscale::cli
