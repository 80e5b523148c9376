// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Who held a lock while others waited for it. A release that finds waiters is recorded, with the stack of who let go;
// when a lock was taken is not, as that costs nothing where it is free. So the time between two releases belongs to who
// made the second, from the end of its own wait on where it had to wait, too:
//
//     holder     |== F ==============|  |=W1=| |=W2=|
//     releases                       F       W1     W2
//     W3 waits     [----- F ---------|..- W1 |.- W2 |.]   ended by W2, which had it for the shortest time
//
// While a thread waits all releases find a waiter, so none of those between is missing. A thread that was let go takes
// its time to wake where CPUs are short (the dots): that nobody is to be charged with alone.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "recording/recording.h"

namespace ftscale::account {

/// A lock's releases, as an index into Holds.
enum class HoldIndex : std::uint32_t { None = 0xffffffff };

/// What of a wait is looked at: its beginning, and when the lock was its own, which a later wait for the same
/// acquisition may have brought about; in between, the part in question.
struct WaitedFor {
    HoldIndex lock = HoldIndex::None;
    std::uint64_t begin_ns = 0, acquired_ns = 0;
    recording::StackId ended_by = recording::StackId::Empty;  // who ended it, where no release tells more
};

/// A holder's share of a wait.
struct HeldPart {
    recording::StackId holder = recording::StackId::Empty;  // where it let go; Empty: not seen
    std::uint64_t ns = 0;
};

/// A wait, or several, by holder: each once.
class HeldParts {
  public:
    void clear() { *this = {}; }
    void add(recording::StackId holder, std::uint64_t ns);
    void add_waking(std::uint64_t ns) { waking_ns_ += ns; }
    const std::vector<HeldPart>& of_holders() const { return parts_; }
    /// The waiter had been let go, and did not run yet.
    std::uint64_t waking_ns() const { return waking_ns_; }
    /// Each holder's share in all of it, waking included; they sum to 1.
    std::vector<std::pair<recording::StackId, double>> shares() const;

  private:
    std::vector<HeldPart> parts_;
    std::uint64_t waking_ns_ = 0;
};

/// The hold that makes up the most of a wait.
struct LongestHold {
    recording::StackId holder = recording::StackId::Empty;
    std::uint32_t thread = 0;     // its ordinal
    std::uint64_t let_go_ns = 0;  // when
};

/// The releases of one lock.
class HoldHistory {
  public:
    struct Release {
        std::uint64_t time_ns;
        std::uint64_t held_from_ns;  // at or after the release before
        std::uint32_t thread;
        recording::StackId stack;
    };
    explicit HoldHistory(std::vector<Release> releases);  // by time

    /// Adds to `parts` what each held the lock for between the two instants, which the wait contains; one part for each
    /// stack. O(log releases), plus the releases between or the stacks there are, whichever are fewer.
    void add_parts(const WaitedFor& wait, std::uint64_t from_ns, std::uint64_t to_ns, HeldParts& parts) const;
    bool has_release(std::uint64_t from_ns, std::uint64_t to_ns) const {
        return first_after(from_ns) < first_after(to_ns);
    }
    /// O(log releases). False where none is seen within the wait.
    bool find_longest(const WaitedFor& wait, std::uint64_t end_ns, LongestHold& longest) const;

  private:
    /// All holds that one stack ended: which they are, and their lengths summed up to and including each.
    struct OfStack {
        std::vector<std::uint32_t> holds;
        std::vector<std::uint64_t> summed_ns;
        std::uint64_t sum_before(std::uint32_t hold) const;
    };

    std::size_t first_after(std::uint64_t time_ns) const;
    std::uint64_t length_ns(std::size_t hold) const { return releases_[hold].time_ns - releases_[hold].held_from_ns; }
    std::size_t longest_between(std::size_t first, std::size_t after) const;
    std::size_t longer(std::size_t a, std::size_t b) const { return length_ns(b) > length_ns(a) ? b : a; }
    void add_hold(std::size_t hold, std::uint64_t from_ns, std::uint64_t to_ns, HeldParts& parts) const;
    void add_tail(const WaitedFor& wait, std::size_t next, std::uint64_t from_ns, std::uint64_t to_ns,
                  HeldParts& parts) const;

    std::vector<Release> releases_;
    std::unordered_map<recording::StackId, OfStack> by_stack_;
    std::vector<std::uint32_t> longest_;  // a tree over the holds: each node has the longest below it; leaves last
};

/// Those of all locks of a process.
class Holds {
  public:
    explicit Holds(const recording::Process& process);

    /// The lock that was waited for; None where no release of it was seen.
    HoldIndex find(const recording::Wait& wait) const;
    /// Likewise, by the address of a lock that waits in the parking lot.
    HoldIndex find_parked(std::uint64_t lock_address) const;
    const HoldHistory& history(HoldIndex lock) const { return histories_[static_cast<std::size_t>(lock)]; }

    /// Calls for a wait on a lock or on anything else: who ended a wait without a history had it all.
    void add_parts(const WaitedFor& wait, std::uint64_t from_ns, std::uint64_t to_ns, HeldParts& parts) const;

  private:
    using ByAddress = std::unordered_map<std::uint64_t, HoldIndex>;
    void add_histories(const recording::Process& process, bool parked, ByAddress& index);

    ByAddress parked_, others_;
    std::vector<HoldHistory> histories_;
};

}  // namespace ftscale::account
