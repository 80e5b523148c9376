// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Who held a lock that others spun for. A release that finds spinners alone is not recorded: the interpreter's locks
// are let go by one instruction then. Where there are more threads than CPUs a thread may spin for as long as the lock
// is held, as each of its yields lets others run. What samples saw running meanwhile tells: first of all code that is
// known to take the lock (lock_takers.h); where nothing is known of that, whatever did.
#pragma once

#include "account/lock_takers.h"
#include "account/stalls.h"
#include "account/timeline.h"

namespace ftscale::account {

/// Fills in ProcessStalls::seen_running. `timelines`: those of the process's threads, in order. O(log segments) for
/// each long spin and thread, plus the segments meanwhile.
void find_spin_holders(const LockTakers& takers, const recording::StackTable& stacks, const recording::Process& process,
                       const Timeline* timelines, ProcessStalls& stalls);

}  // namespace ftscale::account
