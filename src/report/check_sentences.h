// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "compare/check.h"

namespace ftscale::report {

/// "Scaling got worse: efficiency at 2 threads is 0.89 of the baseline's."
std::string check_headline(const compare::CheckResult& result);

/// "efficiency is 0.89 of the baseline's (95 %: 0.86–0.92); at least 0.95 is wanted"
std::string outcome_sentence(const compare::Outcome& outcome);

/// "2 threads", with what is lost to where the rule is about that.
std::string outcome_subject(const compare::Outcome& outcome);

/// "function collect (app.py) loses 0.31 cores, 0.05 before"
std::string growth_sentence(const compare::Growth& growth);

}  // namespace ftscale::report
