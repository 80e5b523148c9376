// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Locks of native code as samples see them. A lock that is never found taken still costs: its word travels between the
// cores of all that take it (readers of a pthread_rwlock, for one). And the C library's own locks (of random(), of
// stdio) wait by system calls in place, which the probe does not see. Neither tells the lock's address: one is known by
// the function that wants it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "account/lock_table.h"
#include "account/sites.h"

namespace ftscale::account {

class NativeLocks {
  public:
    NativeLocks(const Sites& sites, LockTable& locks) : sites_(sites), locks_(locks) {}

    /// A sample of the thread, taken at `stack`. All are to be noted before the first question.
    void note(std::uint32_t thread, recording::StackId stack);
    /// The lock that a sample's stack was busy with; None where it was not, or no other thread was seen to want it.
    LockIndex lock_at(recording::StackId stack);

  private:
    using Key = std::pair<LockLabel, std::string>;  // by the name of the function that wants it
    struct Seen {
        std::uint32_t first_thread = 0;
        bool several_threads = false;
        LockIndex lock = LockIndex::None;
    };
    Key key_of(const StackTraits& traits, LockLabel label) const;

    const Sites& sites_;
    LockTable& locks_;
    std::map<Key, Seen> seen_;
};

}  // namespace ftscale::account
