// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The sweep over all threads' timelines. At each instant of a region there are n slots. Threads that run, spin, are
// queued or wait for a lock occupy one each (n/occupied where they are more than n). Empty slots are `serial` where
// some thread runs, charged to the running threads evenly (blame shifting: Tallent & Mellor-Crummey, PPoPP 2009); where
// none runs they go to the threads that block. Where no thread runs but one spins, or else is queued for a CPU, it is
// that one's code the others have to wait for, just the same: a serial section stays one while other processes hold it
// up.
//
//     n = 2      A  |work f......|work g..|io....|          occupied 1, one slot empty: serial 1 at f, then at g; in
//     A's io
//                B  |starved.....|work h..|starved|         nobody runs: 2 slots shared by A's io and B's starved
//
// The other side is kept, too: a slot that is `serial` is empty because threads block, and they share it as `idle`;
// bystanders only where nobody else does.
//
// Threads that are queued although those that run leave a CPU free were crowded out by somebody else: of three threads
// on two CPUs one is queued by its own kind, a second one is not.
//
// Cost: O(E log E) in the number of segments, whatever the number of threads: running integrals of the weight of an
// occupied slot and of a thread's share of the empty ones are kept, and a thread settles the difference when its own
// state changes.
#pragma once

#include <vector>

#include "account/ledger.h"
#include "account/regions.h"
#include "account/timeline.h"

namespace ftscale::account {

struct SlotTotals {
    std::vector<Charge> charges;      // sum to n x length of the region; one per (category, stack), in order of both
    std::vector<Idle> idle;           // one per (bystander, stack), in order of both
    std::vector<Amounts> per_thread;  // unweighted seconds, as `timelines`
    double crowded_out_s = 0;         // of RunQueue: while fewer threads ran than there were CPUs for
    double idled_out_s = 0;           // of RunQueue: while threads without work burnt CPUs
    double burnt_s = 0;               // that they burnt
};

/// `cpus`: that the run might use.
SlotTotals sweep_slots(const std::vector<Timeline>& timelines, const Region& region, int n, int cpus);

}  // namespace ftscale::account
