// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// An address that belonged to a code object may come to belong to another: threads that have named the first must hear
// of its end. The only words here that threads share are touched when a code object is named for the first time by a
// thread, or one that was named is destroyed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ftscale::probe {

/// Which code objects some thread has named, so that the end of all the others costs one read of a line that is seldom
/// written. Hashed; never forgets one that was named, at times takes another for one.
class NamedCodes {
  public:
    void add(std::uintptr_t code);
    /// Whether `code` may have been named. It is about to be gone, so it is taken out.
    bool take_out(std::uintptr_t code);

  private:
    static constexpr std::size_t kSlots = 8192;
    static constexpr std::uintptr_t kSeveral = 1;  // more than one has met in this slot: it stays taken
    std::uintptr_t& slot_of(std::uintptr_t code) {
        return slots_[(code >> 4) * 0x9e3779b97f4a7c15u >> 51 & (kSlots - 1)];
    }

    std::uintptr_t slots_[kSlots] = {};
};

/// The last code objects that were named and then destroyed, in order. Any thread adds, any thread reads on from where
/// it was.
class DestroyedCodes {
  public:
    static constexpr std::uint32_t kKept = 1024;

    void add(std::uintptr_t code);
    std::uint32_t count() const { return __atomic_load_n(&count_, __ATOMIC_ACQUIRE); }
    /// The code object with this number, counted from zero; 0 where it is not there: not any more, or not yet.
    std::uintptr_t at(std::uint32_t number) const;

  private:
    // An address and the low bits of its number in one word, so that they are read together: |address >> 3|number|
    static constexpr unsigned kNumberBits = 19;
    static std::uint64_t mark_of(std::uint32_t number) {
        return (number + 1) & ((std::uint64_t{1} << kNumberBits) - 1);  // not that of an empty entry
    }

    std::uint32_t count_ = 0;
    std::uint64_t entries_[kKept] = {};
};

extern NamedCodes g_named_codes;
extern DestroyedCodes g_destroyed_codes;

}  // namespace ftscale::probe
