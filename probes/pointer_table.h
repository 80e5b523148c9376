// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ftscale::probe {

/// Which addresses a thread has written a record for already, each with a number. Fixed size, no allocation; when it is
/// nearly full it forgets everything, and the records are written again.
template <std::size_t Capacity>
class PointerTable {
  public:
    static_assert((Capacity & (Capacity - 1)) == 0);

    /// The number stored for `address`, or 0.
    std::uint32_t find(std::uintptr_t address) const {
        for (std::size_t i = start(address);; i = (i + 1) % Capacity) {
            if (slots_[i].address == address) return slots_[i].number;
            if (slots_[i].address == 0) return 0;
        }
    }
    void insert(std::uintptr_t address, std::uint32_t number) {
        if (used_ >= Capacity - Capacity / 4) clear();
        std::size_t i = start(address);
        while (slots_[i].address != 0 && slots_[i].address != address) i = (i + 1) % Capacity;
        used_ += slots_[i].address == 0;
        slots_[i] = {address, number};
    }
    void clear() {
        std::memset(static_cast<void*>(slots_), 0, sizeof(slots_));
        used_ = 0;
    }

  private:
    struct Slot {
        std::uintptr_t address;
        std::uint32_t number;
    };
    static std::size_t start(std::uintptr_t address) {
        return (address >> 4) * 0x9e3779b97f4a7c15u >> 40 & (Capacity - 1);
    }

    Slot slots_[Capacity];
    std::size_t used_;
};

}  // namespace ftscale::probe
