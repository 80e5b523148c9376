// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How sure a figure of the ledger is: from the spread of its repeats, and from the number of samples behind it.
#pragma once

#include <span>

namespace ftscale::analysis {

/// Standard error, in seconds, of the mean of `repeats_s`, a figure that was sampled `frequency_hz` times a second (0:
/// not sampled, but timed). Counting samples is a Poisson process: s seconds at f samples a second over r repeats have
/// a standard error of sqrt(s / (f r)). A single repeat has no spread to judge by.
double standard_error_s(std::span<const double> repeats_s, double frequency_hz);

}  // namespace ftscale::analysis
