// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Stalls: the waits and spins of a process's threads, classified, matched with who ended them, and in order of time per
// thread.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "account/classify.h"
#include "account/lock_table.h"
#include "account/match.h"
#include "account/spins.h"

namespace ftscale::account {

inline constexpr std::uint32_t kNobody = 0xffffffff;

/// A thread not going on, seen exactly. Stalls of one thread do not overlap.
struct Stall {
    std::uint64_t begin_ns = 0;
    std::uint64_t end_ns = 0;
    Category category{};
    LockIndex lock = LockIndex::None;
    recording::StackId stack = recording::StackId::Empty;
    recording::StackId holder = recording::StackId::Empty;  // Empty: not seen
    bool counts = true;                // false: goes on with the acquisition of the stall before it
    bool stopped = false;              // stop-the-world: the thread was stopped, rather than waited for others to stop
    std::uint32_t ended_by = kNobody;  // ordinal of the thread that ended it
};

struct ProcessStalls {
    LockTable locks;
    std::unordered_map<std::uint64_t, LockIndex> lock_at;  // by lock address; None: waited on, but not as a lock
    std::vector<std::vector<Stall>> by_thread;             // as Process::threads
};

/// `run_end_ns`: when waits still open at the end of the recording are taken to have ended.
ProcessStalls find_stalls(const recording::Recording& recording, const recording::Process& process,
                          std::uint64_t run_end_ns, const Sites& sites, const SpinRegisters& registers);

}  // namespace ftscale::account
