// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A recording's figures for services that keep a history of benchmarks and draw it.
#pragma once

#include <ostream>

#include "compare/figures.h"

namespace ftscale::report {

/// Bencher Metric Format (https://bencher.dev/docs/reference/bencher-metric-format/): for each thread count latency
/// (ns), speedup, efficiency and lost-cores, with their 95 % intervals.
void write_bencher(const compare::Figures& figures, std::ostream& out);

/// For github-action-benchmark's tool customBiggerIsBetter: the efficiency (percent) at each thread count above the
/// smallest. Times are not among it: they are smaller where they are better.
void write_github_benchmark(const compare::Figures& figures, std::ostream& out);

}  // namespace ftscale::report
