// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A run of a recording becomes ledgers: one per region asked for. Pure: no files, no clock. What it promises is that
// each ledger closes (ledger.h); what it is not for is naming, comparing and judging, which analysis does.
#pragma once

#include <string>
#include <vector>

#include "account/ledger.h"
#include "account/lock_takers.h"
#include "account/recorded_time.h"
#include "account/regions.h"
#include "account/sample_use.h"
#include "account/sites.h"
#include "account/slots.h"
#include "account/spins.h"
#include "account/stalls.h"
#include "account/timeline.h"
#include "account/world_stops.h"

namespace ftscale::account {

/// One thread's time, from its begin to its end.
struct ThreadTime {
    const recording::Process& process;
    const recording::Thread& thread;
    const ProcessStalls& stalls;
    std::size_t index = 0;  // of the thread in its process, and of its stalls in `stalls`
    const Timeline& timeline;
};

/// What only all runs of a recording together tell of its locks.
struct Learnt {
    Learnt(const recording::Recording& recording, const Sites& sites)
        : registers(recording), takers(recording, sites) {}
    SpinRegisters registers;
    LockTakers takers;
};

/// The run's threads, their timelines and its locks. Keeps references to what it is made from.
class RunAccount {
  public:
    RunAccount(const recording::Recording& recording, const recording::RunTrace& trace, const recording::Run& run,
               const Sites& sites, const Learnt& learnt);

    /// Of which, where the run left out much, only the parts that were recorded are looked at: they stand for the rest.
    Ledger ledger(const Region& whole, int threads) const;
    /// Process by process.
    std::vector<ThreadTime> thread_times() const;

  private:
    std::vector<LockUse> locks_in(const Region& region) const;
    std::vector<ObjectUse> objects_in(const Region& region) const;
    std::vector<WorldStop> world_stops_in(const Region& region) const;
    std::vector<GarbageCollection> collections_in(const Region& region) const;
    CrowdedOut crowded_out(double seconds, double wall_s) const;
    void add_threads(const Region& region, const SlotTotals& totals, Ledger& ledger) const;
    void describe_object(const recording::Process& process, const ObjectTable::Entry& entry, ObjectUse& use) const;
    /// Calls `visit(process index, segment, overlap in seconds)` for each segment that reaches into the region.
    template <typename Visit>
    void for_each_segment(const Region& region, Visit visit) const;

    const recording::Recording& recording_;
    const recording::RunTrace& trace_;
    const recording::Run& run_;
    const Sites& sites_;
    RecordedTime recorded_;
    std::vector<ProcessStalls> stalls_;  // by process
    std::vector<ProcessUses> uses_;      // likewise
    std::vector<std::vector<WorldStop>> world_stops_;
    std::vector<Timeline> timelines_;  // all threads of all processes, in that order
};

}  // namespace ftscale::account
