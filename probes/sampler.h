// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The ladder of samplers: each delivers the probe's signal to a thread after every `period_ns` of that thread's CPU
// time.
#pragma once

#include <csignal>
#include <cstdint>

#include "ftscale/recording_format.h"
#include "thread_state.h"

namespace ftscale::probe {

/// One way to be interrupted. start() and stop() are called by the thread itself.
struct SamplerEngine {
    format::Sampler kind;
    const char* name;  // as in FTSCALE_PROBE_SAMPLER
    bool (*start)(ThreadState& state, std::uint64_t period_ns);
    void (*stop)(ThreadState& state);
};

extern const SamplerEngine kCyclesSampler;    // hardware cycles: needs a PMU and perf_event_open
extern const SamplerEngine kCpuClockSampler;  // software perf event: precise, needs perf_event_open
extern const SamplerEngine kCpuTimerSampler;  // POSIX CPU timer: always there, as coarse as the kernel's tick

/// The best first.
inline constexpr const SamplerEngine* kSamplerLadder[] = {&kCyclesSampler, &kCpuClockSampler, &kCpuTimerSampler};

/// The signal samplers send: one that nothing uses, and a classic one, so that it never queues up.
constexpr int sample_signal() { return SIGSTKFLT; }

}  // namespace ftscale::probe
