// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "destroyed_codes.h"

namespace ftscale::probe {

NamedCodes g_named_codes;
DestroyedCodes g_destroyed_codes;

void NamedCodes::add(std::uintptr_t code) {
    std::uintptr_t& slot = slot_of(code);
    std::uintptr_t held = __atomic_load_n(&slot, __ATOMIC_RELAXED);
    while (held != code && held != kSeveral) {
        const std::uintptr_t wanted = held == 0 ? code : kSeveral;
        if (__atomic_compare_exchange_n(&slot, &held, wanted, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return;
    }
}

bool NamedCodes::take_out(std::uintptr_t code) {
    std::uintptr_t& slot = slot_of(code);
    std::uintptr_t held = __atomic_load_n(&slot, __ATOMIC_RELAXED);
    if (held != code) return held == kSeveral;
    __atomic_compare_exchange_n(&slot, &held, std::uintptr_t{0}, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return true;
}

void DestroyedCodes::add(std::uintptr_t code) {
    const std::uint32_t number = __atomic_fetch_add(&count_, 1, __ATOMIC_ACQ_REL);
    __atomic_store_n(&entries_[number % kKept], std::uint64_t{code >> 3} << kNumberBits | mark_of(number),
                     __ATOMIC_RELEASE);
}

std::uintptr_t DestroyedCodes::at(std::uint32_t number) const {
    const std::uint64_t entry = __atomic_load_n(&entries_[number % kKept], __ATOMIC_ACQUIRE);
    const std::uint64_t mark = entry & ((std::uint64_t{1} << kNumberBits) - 1);
    return mark == mark_of(number) ? static_cast<std::uintptr_t>(entry >> kNumberBits << 3) : 0;
}

}  // namespace ftscale::probe
