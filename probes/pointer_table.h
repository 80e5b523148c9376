// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ftscale::probe {

/// Which addresses a thread has written a record for already, each with a number. Fixed size, no allocation. Begins
/// small, as most threads meet few addresses, and moves on to a part of four times the size `Moves` times; when the
/// last is nearly full each new address takes the place of an old one, whose record is written again should it be met
/// again. Zeroed memory is an empty table.
template <std::size_t Capacity, unsigned Moves = 0>
class PointerTable {
  public:
    static_assert((Capacity & (Capacity - 1)) == 0 && (Capacity >> 2 * Moves) >= 16);

    /// The number stored for `address`, or 0.
    std::uint32_t find(std::uintptr_t address) const {
        const Slot* slots = part();
        for (std::size_t i = start(address);; i = next(i)) {
            if (slots[i].address == address) return slots[i].number;
            if (slots[i].address == 0) return 0;
        }
    }
    void insert(std::uintptr_t address, std::uint32_t number) {
        if (used_ >= size() - size() / 4) make_room();
        put(address, number);
    }
    /// Forgets one address, if it is known.
    void erase(std::uintptr_t address) {
        Slot* slots = part();
        std::size_t i = start(address);
        while (slots[i].address != 0 && slots[i].address != address) i = next(i);
        if (address != 0 && slots[i].address == address) take_out(i);
    }
    void clear() {
        std::memset(static_cast<void*>(part()), 0, size() * sizeof(Slot));
        used_ = 0;
    }

  private:
    struct Slot {
        std::uintptr_t address;
        std::uint32_t number;
    };
    static constexpr std::size_t size_of(unsigned moves) { return Capacity >> 2 * (Moves - moves); }
    static constexpr std::size_t first_slot(unsigned moves) {
        std::size_t first = 0;
        for (unsigned i = 0; i < moves; ++i) first += size_of(i);
        return first;
    }

    std::size_t size() const { return size_of(moved_); }
    Slot* part() { return slots_ + first_slot(moved_); }
    const Slot* part() const { return slots_ + first_slot(moved_); }
    std::size_t start(std::uintptr_t address) const {
        return (address >> 4) * 0x9e3779b97f4a7c15u >> 40 & (size() - 1);
    }
    std::size_t next(std::size_t i) const { return (i + 1) & (size() - 1); }

    void put(std::uintptr_t address, std::uint32_t number) {
        Slot* slots = part();
        std::size_t i = start(address);
        while (slots[i].address != 0 && slots[i].address != address) i = next(i);
        used_ += slots[i].address == 0;
        slots[i] = {address, number};
    }
    /// Those behind an emptied slot that would not be found any more move up.
    void take_out(std::size_t hole) {
        Slot* slots = part();
        for (std::size_t i = next(hole); slots[i].address != 0; i = next(i)) {
            const std::size_t wanted = start(slots[i].address);
            if (((i - wanted) & (size() - 1)) < ((i - hole) & (size() - 1))) continue;
            slots[hole] = slots[i];
            hole = i;
        }
        slots[hole] = {};
        --used_;
    }
    void make_room() {
        if (moved_ < Moves) return move_on();
        while (part()[hand_].address == 0) hand_ = next(hand_);
        take_out(hand_);
        hand_ = next(hand_);
    }
    void move_on() {
        const Slot* old = part();
        const std::size_t old_size = size();
        ++moved_;
        used_ = 0;
        for (std::size_t i = 0; i < old_size; ++i)
            if (old[i].address != 0) put(old[i].address, old[i].number);
    }

    Slot slots_[first_slot(Moves) + Capacity];
    std::size_t used_;
    std::size_t hand_;  // where the next to give way is looked for
    unsigned moved_;
};

}  // namespace ftscale::probe
