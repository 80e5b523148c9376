// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Which code takes a lock that is waited for at some place: the code that was seen to let it go. Learnt over a whole
// recording, as what one run did not show another did: places are the same in all of them.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "account/sites.h"
#include "recording/recording.h"

namespace ftscale::account {

/// By code object (CodeId): a stack at which it was seen to let the lock go.
using Takers = std::unordered_map<std::uint32_t, recording::StackId>;

class LockTakers {
  public:
    LockTakers(const recording::Recording& recording, const Sites& sites);
    /// Of the lock that this stack waits for; null where nothing was learnt.
    const Takers* find(recording::StackId waiter) const;

  private:
    void learn(const recording::Process& process);

    const Sites& sites_;
    std::unordered_map<std::uint32_t, Takers> takers_;  // by frame of the waiter's site
};

/// Where the innermost of them that is in this stack lets go; Empty where none is.
recording::StackId innermost_taker(const Takers& takers, recording::StackId stack, const recording::StackTable& stacks);

}  // namespace ftscale::account
