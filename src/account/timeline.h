// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// One thread's states over time: without gaps and without overlap, from its begin to its end.
//
//     stalls     |==lock==|        |spin|==lock==|          |=====io=====|
//     samples        .          s1                     s2                     s3
//     timeline   |==lock==|work s1 |spin|==lock==| work s2  |=====io=====|work s3
//
// Stalls (waits, spins, I/O) are exact. Between them the thread was on CPU, unless wall time between two samples
// exceeds the CPU time between them: the excess was spent off CPU, in the run queue as far as the kernel's run delay
// says so, else `unknown`. A sample stands for the on-CPU time since the thread's previous sample, of which as much was
// spent in the kernel as the sampler's clock struck there. On-CPU time within a garbage collection is the collection's.
#pragma once

#include <cstdint>
#include <vector>

#include "account/recorded_time.h"
#include "account/sample_use.h"
#include "account/sites.h"
#include "account/stalls.h"

namespace ftscale::account {

inline constexpr std::uint32_t kNoStall = 0xffffffff;

struct Segment {
    std::uint64_t begin_ns = 0;
    std::uint64_t end_ns = 0;
    Category category{};
    recording::StackId stack = recording::StackId::Empty;
    ObjectIndex object = ObjectIndex::None;  // refcount: which was counted
    LockIndex lock = LockIndex::None;        // spin that was sampled: which was wanted
    bool bystander = false;                  // starved: waits for other threads to end, or for a pool's next task
    bool burns = false;                      // starved: on a CPU all the same, looking for work
    std::uint32_t stall = kNoStall;          // of the thread's stalls, where it is one

    std::uint64_t length_ns() const { return end_ns - begin_ns; }
};
using Timeline = std::vector<Segment>;

struct TimelineContext {
    std::uint64_t end_ns = 0;                // when the thread, or else its run, ended
    std::uint64_t period_ns = 0;             // CPU time between samples; 0: no samples were taken
    bool oversubscribed = false;             // more threads than CPUs
    bool kernel_excluded = false;            // time in the kernel triggers no samples
    const RecordedTime* recorded = nullptr;  // when waits were recorded; null: always
};

/// `uses`: as Thread::samples.
Timeline make_timeline(const recording::Thread& thread, const std::vector<Stall>& stalls,
                       const std::vector<SampleUse>& uses, const Sites& sites, const TimelineContext& context);

}  // namespace ftscale::account
