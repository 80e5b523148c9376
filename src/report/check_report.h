// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The regression check's answer, for people and for machines.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include "compare/check.h"

namespace ftscale::report {

void write_check_text(const compare::CheckResult& result, std::ostream& out);

/// For a pull request or a job's summary. At most `most_bytes`: what does not fit is left out and said.
void write_check_markdown(const compare::CheckResult& result, std::ostream& out, std::size_t most_bytes = 900'000);

/// One object, schema ftscale.check/1.
void write_check_json(const compare::CheckResult& result, std::ostream& out);

/// JUnit XML as CI servers read it: a test case a rule. Inconclusive ones are errors, or skipped where they pass.
void write_check_junit(const compare::CheckResult& result, bool inconclusive_passes, std::ostream& out);

/// SARIF 2.1.0: a result for each rule that does not pass, at the line where most was lost. `root`: the repository's
/// folder, below which files are named.
void write_check_sarif(const compare::CheckResult& result, const std::string& root, std::ostream& out);

/// GitHub's annotations (workflow commands), at most ten, the worst first.
void write_check_annotations(const compare::CheckResult& result, const std::string& root, std::ostream& out);

}  // namespace ftscale::report
