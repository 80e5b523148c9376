// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "sampler_clock.h"

namespace ftscale::probe {
namespace {

bool start(ThreadState& state, std::uint64_t period_ns) {
    // With perf_event_paranoid at 2 the kernel's share may not be sampled; the thread's CPU time, read at each sample,
    // still has it.
    return start_clock(state, cpu_clock_order(period_ns, false)) ||
           start_clock(state, cpu_clock_order(period_ns, true));
}

}  // namespace

const SamplerEngine kCpuClockSampler = {format::Sampler::CpuClock, "cpu-clock", start, stop_clock};

}  // namespace ftscale::probe
