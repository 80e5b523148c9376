// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a thread has counted (instructions, page faults, ...), charged to what it did meanwhile. Counts are known at the
// thread's begin and end, at its samples, and at the marks it made. What was counted until a sample is charged to where
// the sample found the thread: right on average, as samples fall on all CPU time alike, also on the way into a wait and
// out of it. What was counted until a mark or the end, to what the thread did on CPU, by the time it took.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "account/ledger.h"
#include "account/regions.h"
#include "account/timeline.h"
#include "recording/recording.h"

namespace ftscale::account {

using CountCharges = std::map<std::pair<Category, recording::StackId>, Counts>;

struct ThreadCounts {
    Counts total;                      // within the region; the charges sum to it
    Counts life;                       // of the thread's whole life
    std::vector<CounterCover> covers;  // within the region
    CountCharges charges;
};

/// Counts of groups that took turns are scaled by the time they were enabled over the time they counted, thread by
/// thread; see perf_event_open(2). All empty where the process counts nothing.
ThreadCounts count_thread(const recording::Process& process, const recording::Thread& thread, const Timeline& timeline,
                          const Region& region);

/// Adds `more` to `sum`, which may be empty.
void add_counts(Counts& sum, const Counts& more);

}  // namespace ftscale::account
