// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters.h"
#include "sampler_clock.h"

namespace ftscale::probe {
namespace {

/// How many cycles make a period is the tool's to say: it has measured how fast they pass.
bool start(ThreadState& state, std::uint64_t) {
    return g_counter_orders.has_cycles && start_clock(state, g_counter_orders.cycles);
}

}  // namespace

const SamplerEngine kCyclesSampler = {format::Sampler::Cycles, "cycles", start, stop_clock};

}  // namespace ftscale::probe
