// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How numbers and names are worded in the text report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/analysis.h"

namespace ftscale::report {

struct Glyphs;

/// "0.52"; never "-0.00".
std::string cores_text(double cores);
/// Three digits: "12.3 s", "412 ms", "87 µs".
std::string seconds_text(double seconds, const Glyphs& glyphs);
/// "12,034"
std::string count_text(std::uint64_t count);
/// "66 %"
std::string percent_text(double share, int decimals = 0);
/// "1.28–1.34"
std::string interval_text(const analysis::Interval& interval, int decimals, const Glyphs& glyphs);
/// "1 thread", "2 threads"
std::string threads_text(int threads);
/// "1, 2, 4 and 8"
std::string counts_text(const std::vector<int>& counts);

/// "without it: about 1.89x instead of 1.41x"; empty where no bound is known.
std::string gain_text(const analysis::Finding& finding, const analysis::Point& point);

/// "worker", "OpenBLAS: blas_thread_server", "thread 4711"
std::string thread_name(const analysis::ThreadRow& thread);

/// "app.py:12"; a package's file with its folder: "json/__init__.py:5"; an extension module without what platform it is
/// for: "_tree.so".
std::string short_location(const analysis::Place& place);

/// Shares as whole hundredths whose sum is `total` exactly: each is rounded down or up (largest remainder), so that a
/// printed column adds up.
std::vector<long> hundredths_that_sum(const std::vector<double>& values, long total);

/// At most `most` of `count` positions: first, last, and evenly between.
std::vector<std::size_t> thinned(std::size_t count, std::size_t most);

}  // namespace ftscale::report
