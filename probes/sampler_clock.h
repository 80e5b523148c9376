// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the samplers that are perf events have in common.
#pragma once

#include "clock_event.h"
#include "sampler.h"

namespace ftscale::probe {

/// Makes the thread's first clock signal: the one that its counters opened, if it is of that kind, else a new one.
bool start_clock(ThreadState& state, const ClockOrder& order);
void stop_clock(ThreadState& state);

}  // namespace ftscale::probe
