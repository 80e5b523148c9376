// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the kernel lets us sample and count.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <filesystem>
#include <optional>

#include "counters/access.h"
#include "launch/doctor/asker.h"
#include "launch/doctor/check.h"

namespace ftscale::launch {

/// A limit of this process; RLIM_INFINITY where there is none.
struct Limit {
    rlim_t soft = 0;
    rlim_t hard = 0;
};
Limit read_limit(int resource);

/// What each thread of a run opens.
struct EventNeeds {
    std::uint64_t groups = 1;   // each led by a clock; the sampler's is the first
    std::uint64_t members = 0;  // events counted together with these
};

/// Mapped perf events count against a user's allowance of kernel.perf_event_mlock_kb for each CPU online, and what is
/// beyond against the process's RLIMIT_MEMLOCK; not for who may lock memory anyway, nor where
/// kernel.perf_event_paranoid is -1 (perf_mmap in the kernel's kernel/events/core.c).
struct LockedMemoryFacts {
    std::optional<long> kib_per_cpu;  // kernel.perf_event_mlock_kb; nothing where there are no perf events
    int cpus = 1;                     // online
    Limit memlock;                    // bytes
    bool is_exempt = false;
    std::uint64_t bytes_per_thread = 0;  // what the probe maps at most
};
LockedMemoryFacts read_locked_memory(int online_cpus, const EventNeeds& needs, const std::filesystem::path& root = "/");

/// Threads whose events find room; nothing where there is no limit.
std::optional<std::uint64_t> threads_with_room(const LockedMemoryFacts& facts);

Check check_perf_events(const counters::Access& access, const Asker& asker);
Check check_cycles(const counters::Access& access, const Asker& asker);
Check check_kernel_side(const counters::Access& access, const Asker& asker);
Check check_paranoid(const counters::Access& access);
/// `threads`: the most that a run has by default.
Check check_locked_memory(const LockedMemoryFacts& facts, const counters::Access& access, int threads,
                          const Asker& asker);
Check check_descriptors(const Limit& limit, const EventNeeds& needs, int threads, const Asker& asker);

}  // namespace ftscale::launch
