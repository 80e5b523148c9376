// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the threads of one run at each thread count did, one after the other, in as many slices as a page can carry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "analysis/profile.h"
#include "export/slices.h"

namespace ftscale::html {

/// A stretch in which a thread was stopped, or collected garbage.
struct PauseStretch {
    double begin_s = 0, end_s = 0;
    account::Category category{};
};

struct RunTimeline {
    const analysis::RunProfile* run = nullptr;  // the one of median wall time
    exports::Timeline slices;                   // of all its threads
    std::vector<std::size_t> rows;              // the threads that are drawn, in RunProfile::thread_profiles
    std::vector<PauseStretch> pauses;           // in order of time, at full resolution
    std::size_t hidden_pauses = 0;
};

struct TimelineOptions {
    std::size_t most_slices = 100'000;  // of all thread counts together
    std::size_t most_rows = 128;        // each
    std::size_t most_pauses = 5'000;    // each
};

/// By thread count. The profile, which must have runs at each, must outlive them.
std::vector<RunTimeline> make_timelines(const analysis::Profile& profile, const std::set<int>& thread_counts,
                                        const TimelineOptions& options = {});

}  // namespace ftscale::html
