// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Answers of checks, made by hand: one of each verdict.
#pragma once

#include "compare/check.h"
#include "compare/figures.h"

namespace ftscale::tests {

/// Three rules, of which one is broken and one inconclusive; a function with an odd name grew.
compare::CheckResult failed_check();
compare::CheckResult passed_check();
compare::CheckResult inconclusive_check();
/// Nothing was compared, for two reasons.
compare::CheckResult invalid_check();

/// Six runs each at one and two threads.
compare::Figures checked_figures();

}  // namespace ftscale::tests
