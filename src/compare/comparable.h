// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What of two recordings belongs together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/figures.h"
#include "model/comparison.h"

namespace ftscale::compare {

/// Other CPUs, another interpreter, the GIL on in one of them: figures of both are what they are, but a difference is
/// not the script's doing. A clause each.
std::vector<std::string> differing_conditions(const Figures& now, const Figures& before);

/// Another kind of scaling, region or smallest thread count: the figures do not mean the same. A clause each.
std::vector<std::string> differing_questions(const Figures& now, const Figures& before);

/// The runs that a speed-up is made of; absent for a thread count that was not run.
std::optional<model::TimedRuns> timed_runs(const Figures& figures, int threads);

/// T(baseline)/T(n); absent for a thread count that was not run, or fewer than two repeats.
std::optional<model::LogEstimate> speed_ratio(const Figures& figures, int threads);
/// By how much that has changed; absent likewise.
std::optional<model::LogEstimate> speed_change(const Figures& now, const Figures& before, int threads);

/// Degrees of freedom of the error of a loss: of the runs it was taken from, at this thread count and at the
/// baseline's.
double loss_degrees(const Figures& figures, int threads);

}  // namespace ftscale::compare
