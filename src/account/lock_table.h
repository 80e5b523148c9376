// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The locks of one process, each with what identifies it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "account/internal_locks.h"
#include "account/ledger.h"
#include "account/sites.h"

namespace ftscale::account {

/// What an internal or foreign lock is, where no object's type says it.
enum class LockLabel : std::uint8_t {
    None,
    RuntimeMutex,
    Mutex,
    DictKeys,
    BufferedIo,
    ThreadTypeLock,
    RLock,
    ParkingLotBucket,
    PthreadMutex,
    PthreadRwlock,
    Futex,
    Libc,
};

struct LockKey {
    LockKind kind{};
    LockLabel label = LockLabel::None;
    recording::TypeId type = recording::TypeId::None;
    std::uint64_t address = 0;
    InternalLock internal = InternalLock::None;  // which of the interpreter's own, where its address tells
    friend bool operator==(const LockKey&, const LockKey&) = default;
};

enum class LockIndex : std::uint32_t { None = 0xffffffff };

class LockTable {
  public:
    LockIndex intern(const LockKey& key);
    /// Notes that for so long the lock was wanted from this stack: the commonest native caller becomes part of an
    /// internal lock's name.
    void add_caller(LockIndex lock, const StackTraits& traits, std::uint64_t duration_ns);
    const LockKey& key(LockIndex lock) const { return entries_[static_cast<std::size_t>(lock)].key; }
    std::size_t size() const { return entries_.size(); }
    /// "list", "_thread.RLock", "type lock", "runtime mutex in _PyType_LookupRef".
    std::string type_name(LockIndex lock, const std::vector<std::string>& types, const Sites& sites) const;

  private:
    struct KeyHash {
        std::size_t operator()(const LockKey& key) const noexcept;
    };
    struct Entry {
        LockKey key;
        std::map<recording::FrameId, std::uint64_t> callers;  // ns
    };
    std::vector<Entry> entries_;
    std::unordered_map<LockKey, LockIndex, KeyHash> indexes_;
};

}  // namespace ftscale::account
