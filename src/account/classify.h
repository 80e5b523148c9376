// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// From a recorded wait to its category and its lock. Addresses decide where they can (inside a thread state, at a known
// place in the runtime, at a known offset in an object); names of frames are hints for the rest. The facts are those of
// CPython 3.13 to 3.15.
#pragma once

#include <optional>

#include "account/internal_locks.h"
#include "account/lock_table.h"
#include "account/sites.h"
#include "recording/recording.h"

namespace ftscale::account {

struct Classified {
    Category category{};
    std::optional<LockKey> lock;  // absent: blocked, but not on a mutual-exclusion lock
    bool stopped = false;         // the world was stopped, and the thread with it
};

class Classifier {
  public:
    Classifier(const recording::Recording& recording, const recording::Process& process, const Sites& sites)
        : recording_(recording), facts_(process.facts), internal_locks_(process.facts), sites_(sites) {}

    Classified classify(const recording::Wait& wait) const;

  private:
    Classified parking_lot(const recording::Wait& wait) const;
    Classified object_field(const recording::Wait& wait) const;
    Classified runtime_field(const recording::Wait& wait) const;
    std::optional<Classified> named_field(std::uint64_t address) const;
    Classified semaphore(const recording::Wait& wait) const;
    bool is_gil(std::uint64_t address) const;
    Classified pthread_lock(const recording::Wait& wait, LockLabel label) const;
    bool inside_runtime(std::uint64_t address) const;
    bool inside_thread_state(const recording::Wait& wait) const;

    const recording::Recording& recording_;
    const format::ProcessBegin& facts_;
    InternalLocks internal_locks_;
    const Sites& sites_;
};

}  // namespace ftscale::account
