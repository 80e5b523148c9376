// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Which runs of a recording the figures are made from, and their ledgers for one region.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "account/account.h"
#include "account/ledger.h"
#include "account/regions.h"
#include "recording/recording.h"

namespace ftscale::analysis {

struct UsedRun {
    const recording::Run* run = nullptr;
    const recording::RunTrace* trace = nullptr;
    account::RunAccount account;
    bool is_disturbed = false;  // see recording/disturbance.h
};

bool succeeded(const recording::Run& run);

/// The ordinary runs that left a stream: those that succeeded, or all where none did; of a thread count those that
/// nothing disturbed, or all where there are fewer than two, or where the
/// sweep was to make none again. By thread count and repeat.
std::vector<UsedRun> choose_runs(const recording::Recording& recording, const account::Sites& sites);

/// By thread count: runs that succeeded and are not used, as they were disturbed.
std::map<int, int> count_left_out(const recording::Recording& recording, const std::vector<UsedRun>& used);

/// Whether the script marked regions in any of the runs; the names.
std::vector<std::string> region_names(const std::vector<UsedRun>& runs);

/// So many regions have figures of their own: each is a curve with its intervals, and names that carry a number ("batch
/// 17") are as many regions as there are numbers.
inline constexpr std::size_t kMostRegions = 64;
/// Of the names those whose regions took longest in all runs together, in their order.
std::vector<std::string> longest_regions(const std::vector<UsedRun>& runs, std::vector<std::string> names,
                                         std::size_t most = kMostRegions);

/// What to measure of a run: the whole script, all that is marked, or one name.
struct RegionChoice {
    bool marked = false;
    std::string name;  // empty with `marked`: all names together
};
account::Region region_of(const recording::RunTrace& trace, const recording::Run& run, const RegionChoice& choice);

struct MeasuredRun {
    const recording::Run* run = nullptr;
    account::Ledger ledger;
    bool is_disturbed = false;
};
/// In the order of `runs`; a run in which nothing of the region happened is left out.
std::vector<MeasuredRun> measure_runs(const std::vector<UsedRun>& runs, const RegionChoice& choice);

/// Of each thread count the runs whose region took the least time, as many as decide a comparison.
void keep_fastest(std::vector<MeasuredRun>& runs);

}  // namespace ftscale::analysis
