// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/native_locks.h"

#include <iterator>
#include <optional>

namespace ftscale::account {
namespace {

std::optional<LockLabel> label_of(const StackTraits& traits) {
    if (traits.has(FrameRole::LibcLock)) return LockLabel::Libc;
    if (traits.has(FrameRole::PthreadRwlock)) return LockLabel::PthreadRwlock;
    if (traits.has(FrameRole::PthreadMutex)) return LockLabel::PthreadMutex;
    return std::nullopt;
}

}  // namespace

void NativeLocks::note(std::uint32_t thread, recording::StackId stack) {
    const StackTraits& traits = sites_.traits(stack);
    const std::optional<LockLabel> label = label_of(traits);
    if (!label) return;
    const auto [found, is_new] = seen_.try_emplace(key_of(traits, *label), Seen{thread, false, LockIndex::None});
    found->second.several_threads |= found->second.first_thread != thread;
}

LockIndex NativeLocks::lock_at(recording::StackId stack) {
    const StackTraits& traits = sites_.traits(stack);
    const std::optional<LockLabel> label = label_of(traits);
    const auto found = label ? seen_.find(key_of(traits, *label)) : seen_.end();
    if (found == seen_.end() || !found->second.several_threads) return LockIndex::None;
    Seen& seen = found->second;
    if (seen.lock == LockIndex::None) {
        // A number of ours for an address: no lock stands in the first page of memory.
        const auto number = static_cast<std::uint64_t>(std::distance(seen_.begin(), found)) + 1;
        seen.lock = locks_.intern({LockKind::Pthread, *label, recording::TypeId::None, number, InternalLock::None});
    }
    locks_.add_caller(seen.lock, traits, 1);
    return seen.lock;
}

NativeLocks::Key NativeLocks::key_of(const StackTraits& traits, LockLabel label) const {
    return {label, traits.native_caller ? sites_.name(*traits.native_caller).function : std::string()};
}

}  // namespace ftscale::account
