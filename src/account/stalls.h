// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Stalls: the waits and spins of a process's threads, classified, matched with who ended them, and in order of time per
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "account/classify.h"
#include "account/holds.h"
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
    recording::StackId ended_at = recording::StackId::Empty;  // where its end was brought about; Empty: not seen
    std::uint32_t ended_by = kNobody;                         // ordinal of the thread that did
    bool counts = true;                 // false: goes on with the acquisition of the stall before it
    bool burns = false;                 // starved: on a CPU all the same, looking for work
    bool stopped = false;               // stop-the-world: the thread was stopped, rather than waited for others to stop
    HoldIndex holds = HoldIndex::None;  // of locks: who held it when
    std::uint64_t acquired_ns = 0;      // end of the last wait of the same acquisition

    WaitedFor waited_for() const { return {holds, begin_ns, acquired_ns, ended_at}; }
};

/// What ran, as samples say, while a thread spun for a lock of which no release was seen. See spin_holders.h.
struct SeenRunning {
    recording::StackId holder = recording::StackId::Empty;
    std::uint32_t thread = 0;    // its ordinal
    std::uint64_t until_ns = 0;  // when it was last seen
    std::uint64_t ns = 0;        // on CPU
};

struct ProcessStalls {
    explicit ProcessStalls(const recording::Process& process) : holds(process) {}

    LockTable locks;
    Holds holds;
    std::unordered_map<std::uint64_t, LockIndex> lock_at;  // by lock address; None: waited on, but not as a lock
    std::vector<std::vector<Stall>> by_thread;             // as Process::threads
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<SeenRunning>>
        seen_running;  // by thread and index of its stall

    const Stall& at(std::size_t thread, std::size_t index) const { return by_thread[thread][index]; }
    /// Adds what each made the thread wait in this part of the stall: of a lock who held it then, else who ended it.
    void add_parts(std::size_t thread, std::size_t index, std::uint64_t from_ns, std::uint64_t to_ns,
                   HeldParts& parts) const;
    /// Who made it wait for the longest.
    LongestHold longest_hold(std::size_t thread, std::size_t index) const;

  private:
    const std::vector<SeenRunning>* seen_at(std::size_t thread, std::size_t index) const;
};

/// `run_end_ns`: when waits still open at the end of the recording are taken to have ended.
ProcessStalls find_stalls(const recording::Recording& recording, const recording::Process& process,
                          std::uint64_t run_end_ns, const Sites& sites, const SpinRegisters& registers);

}  // namespace ftscale::account
