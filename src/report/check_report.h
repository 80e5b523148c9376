// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The regression check's answer, for people and for machines.
#pragma once

#include <ostream>

#include "compare/check.h"

namespace ftscale::report {

void write_check_text(const compare::CheckResult& result, std::ostream& out);

/// For a pull request or a job's summary.
void write_check_markdown(const compare::CheckResult& result, std::ostream& out);

/// One object, schema ftscale.check/1.
void write_check_json(const compare::CheckResult& result, std::ostream& out);

/// JUnit XML as CI servers read it: a test case a rule. Inconclusive ones are errors, or skipped where they pass.
void write_check_junit(const compare::CheckResult& result, bool inconclusive_passes, std::ostream& out);

}  // namespace ftscale::report
