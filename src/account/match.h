// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Waits to wakes: who made a thread wait is who ended its wait.
#pragma once

#include <vector>

#include "recording/recording.h"

namespace ftscale::account {

/// The wakes of one process, by address and time.
class WakeIndex {
  public:
    explicit WakeIndex(const recording::Process& process);

    struct Match {
        bool found = false;      // another thread ended the wait, at this stack
        bool self_wake = false;  // only the waiter itself posted: not a wait at all
        recording::StackId holder = recording::StackId::Empty;
        std::uint32_t thread = 0;  // ordinal of the one that ended it, where found
    };
    /// O(log wakes), plus the wakes at the same address within the wait's last moments. The wait must have ended.
    Match match(const recording::Wait& wait, std::uint32_t waiter_ordinal) const;

  private:
    struct Entry {
        std::uint64_t address;
        std::uint64_t time_ns;
        std::uint32_t thread;
        recording::StackId stack;
    };
    std::vector<Entry> entries_;  // by (address, time)
};

}  // namespace ftscale::account
