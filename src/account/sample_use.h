// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a thread was busy with when a sample was taken: its work, the reference count of an object that threads share,
// or the word of a lock that they share. The code around the sampled address says what memory was touched, the
// registers say at which address, and the objects read when the sample was taken say whether that was an object's
// header.
//
// Such accesses exist in every Python program and cost next to nothing while one thread makes them: only what several
// threads touch counts here, and what is lost is the growth over one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "account/ledger.h"
#include "account/sites.h"
#include "account/stalls.h"
#include "recording/recording.h"

namespace ftscale::account {

enum class ObjectIndex : std::uint32_t { None = 0xffffffff };

/// The objects of one process that samples were busy with.
class ObjectTable {
  public:
    struct Entry {
        std::uint64_t address = 0;
        recording::TypeId type = recording::TypeId::None;
    };
    ObjectIndex intern(std::uint64_t address, recording::TypeId type);
    const Entry& entry(ObjectIndex object) const { return entries_[static_cast<std::size_t>(object)]; }
    std::size_t size() const { return entries_.size(); }

  private:
    std::vector<Entry> entries_;
    std::map<std::pair<std::uint64_t, recording::TypeId>, ObjectIndex> indexes_;
};

struct SampleUse {
    Category category = Category::Work;
    ObjectIndex object = ObjectIndex::None;  // refcount
    LockIndex lock = LockIndex::None;        // spin
};

struct ProcessUses {
    ObjectTable objects;
    std::vector<std::vector<SampleUse>> by_thread;  // as Process::threads and Thread::samples
};

/// `stalls`: the process's; locks seen for the first time in samples are added to its table.
ProcessUses find_uses(const recording::Process& process, const Sites& sites, ProcessStalls& stalls);

}  // namespace ftscale::account
