// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Which runs to make, in which order. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ftscale::launch {

struct PlannedRun {
    int threads = 1;
    int repeat = 0;  // 0, 1, ... among the runs of its kind and thread count
    bool warmup = false;
    std::string control{};  // as recording::Run's
    bool has_probe = true;  // likewise
    friend bool operator==(const PlannedRun&, const PlannedRun&) = default;
};

/// Runs made beside the ordinary ones.
struct ExtraRuns {
    std::vector<std::string> controls;  // each visits every thread count in every round
    bool calibration = false;           // each ordinary run has a twin without the probe, next to it
};

/// Warm-ups first, at the largest thread count (it touches everything the smaller ones do: files, bytecode caches, CPU
/// clocks). Then `repeats` rounds, each of which visits every thread count once in an order of its own: a machine that
/// gets slower or faster during the sweep then blurs all points of the curve alike instead of bending it. The same seed
/// gives the same plan on every platform. Extra runs are strewn among the others of their round; of two twins the one
/// with the probe comes first in every other round.
std::vector<PlannedRun> plan_sweep(const std::vector<int>& threads, int repeats, int warmups, std::uint64_t seed,
                                   const ExtraRuns& extra = {});

/// The powers of two up to `cores`, and `cores` itself.
std::vector<int> auto_thread_counts(int cores);

/// "1,2,4" or "auto", ascending. Throws base::Error (usage) when a count is not a whole number from 1 to kMaxThreads or
/// is named twice.
std::vector<int> parse_thread_counts(const std::string& text, int cores);

/// Far above any machine, low enough that threads x anything fits an int.
inline constexpr int kMaxThreads = 4096;

}  // namespace ftscale::launch
