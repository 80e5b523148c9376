// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/lock_table.h"

#include <algorithm>

namespace ftscale::account {
namespace {

const char* label_text(LockLabel label) {
    switch (label) {
        case LockLabel::None:
            return "_thread.lock";
        case LockLabel::RuntimeMutex:
            return "runtime mutex";
        case LockLabel::Mutex:
            return "mutex";
        case LockLabel::DictKeys:
            return "dict keys mutex";
        case LockLabel::BufferedIo:
            return "buffered I/O lock";
        case LockLabel::ThreadTypeLock:
            return "PyThread_type_lock";
        case LockLabel::RLock:
            return "_thread.RLock";
        case LockLabel::ParkingLotBucket:
            return "parking lot bucket";
        case LockLabel::PthreadMutex:
            return "pthread_mutex";
        case LockLabel::PthreadRwlock:
            return "pthread_rwlock";
        case LockLabel::Futex:
            return "futex";
        case LockLabel::Libc:
            return "lock of the C library";
    }
    return "_thread.lock";
}

bool is_named_by_caller(LockLabel label) {
    return label != LockLabel::None && label != LockLabel::RLock && label != LockLabel::BufferedIo &&
           label != LockLabel::ParkingLotBucket;
}

}  // namespace

std::size_t LockTable::KeyHash::operator()(const LockKey& key) const noexcept {
    const std::uint64_t small = static_cast<std::uint64_t>(key.kind) << 40 |
                                static_cast<std::uint64_t>(key.label) << 32 | static_cast<std::uint64_t>(key.type);
    return std::hash<std::uint64_t>()(key.address * 0x9e3779b97f4a7c15ULL ^ small);
}

LockIndex LockTable::intern(const LockKey& key) {
    const auto [found, added] = indexes_.emplace(key, static_cast<LockIndex>(entries_.size()));
    if (added) entries_.push_back({key, {}});
    return found->second;
}

void LockTable::add_caller(LockIndex lock, const StackTraits& traits, std::uint64_t duration_ns) {
    Entry& entry = entries_[static_cast<std::size_t>(lock)];
    const bool type_is_open = entry.key.kind == LockKind::Object && entry.key.type == recording::TypeId::None;
    if (!traits.native_caller || !(type_is_open || is_named_by_caller(entry.key.label))) return;
    entry.callers[*traits.native_caller] += duration_ns;
}

std::string LockTable::type_name(LockIndex lock, const std::vector<std::string>& types, const Sites& sites) const {
    const Entry& entry = entries_[static_cast<std::size_t>(lock)];
    if (const auto type = static_cast<std::size_t>(entry.key.type); type < types.size()) return types[type];
    if (entry.key.internal != InternalLock::None) return std::string(name_of(entry.key.internal));
    const auto by_time = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto most = std::max_element(entry.callers.begin(), entry.callers.end(), by_time);
    const std::string caller = most == entry.callers.end() ? std::string() : sites.name(most->first).function;
    switch (entry.key.kind) {
        case LockKind::Gil:
            return "GIL";
        case LockKind::StopTheWorld:
            return "stop-the-world";
        case LockKind::Object:
            return type_locked_by(caller);
        default:
            return caller.empty() ? label_text(entry.key.label) : label_text(entry.key.label) + (" in " + caller);
    }
}

}  // namespace ftscale::account
