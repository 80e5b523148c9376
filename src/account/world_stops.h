// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Stop-the-world pauses, put together from the waits of both sides: the requester waits until the last thread has
// stopped (the straggler ends that wait), the others until the requester lets them go on.
//
//     requester   f |=wait to stop=|  g  |restarts        reason: what the requester was about to do
//     straggler  ...work...........|=stopped====|
//     other          |=stopped==================|
#pragma once

#include <vector>

#include "account/ledger.h"
#include "account/sites.h"
#include "account/stalls.h"

namespace ftscale::account {

/// The pauses of one process, in order of time. Threads that were blocked anyway lose nothing and are not counted.
std::vector<WorldStop> find_world_stops(const recording::Process& process, const ProcessStalls& stalls,
                                        const Sites& sites);

}  // namespace ftscale::account
