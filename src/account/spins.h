// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Which lock a spin was for. A spin is recorded before the lock is known, with the registers that survive calls; the
// waits that follow some of the spins teach which register holds the lock's address at each place; where none
// does, the interpreter's own locks, whose addresses are known beforehand.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "recording/recording.h"

namespace ftscale::account {

inline constexpr std::uint32_t kNoWait = 0xffffffff;

/// For each spin of a thread the index of the wait it led to, of the same acquisition; kNoWait: none.
std::vector<std::uint32_t> waits_after_spins(const recording::Thread& thread);

/// Learnt over a whole recording: places are the same in all of its runs.
class SpinRegisters {
  public:
    explicit SpinRegisters(const recording::Recording& recording);
    /// The address of the lock spun on; empty where nothing was learnt about the place, or the register holds no
    /// pointer.
    std::optional<std::uint64_t> lock_address(const recording::Spin& spin) const;

  private:
    std::unordered_map<std::uint32_t, std::size_t> registers_;  // frame -> index in saved_registers
};

}  // namespace ftscale::account
