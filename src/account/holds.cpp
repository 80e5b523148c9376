// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/holds.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace ftscale::account {
namespace {

using recording::StackId;

// Up to so many releases within a wait are looked at one by one.
constexpr std::size_t kFewReleases = 32;

bool is_of_reader(const recording::Wake& wake) { return (wake.flags & format::kByReader) != 0; }

/// A lock changes hands.
struct Change {
    std::uint64_t address;
    std::uint64_t time_ns;
    std::uint32_t thread;
    const recording::Wake* release;  // null: a wait for it ends, the thread has it
    bool is_write = false;           // of a read-write lock: no reader has it any more
    /// Who gets it has it after the release.
    friend bool operator<(const Change& a, const Change& b) {
        return std::tuple(a.address, a.time_ns, a.release == nullptr, a.thread) <
               std::tuple(b.address, b.time_ns, b.release == nullptr, b.thread);
    }
};

using Release = HoldHistory::Release;

/// Readers share a lock, and for a writer each moment is owed to one of them: to the one that may have held it for
/// longest, as its own last release before is the furthest back. `releases`: of readers alone, by time; the lock was a
/// writer's until `begin_ns`. Backwards, as who lets go last has held the lock to the end.
std::vector<Release> longest_readers(std::vector<Release> releases, std::uint64_t begin_ns) {
    std::unordered_map<std::uint32_t, std::uint64_t> last_ns;  // by thread
    for (Release& release : releases) {
        const auto [before, is_first] = last_ns.try_emplace(release.thread, begin_ns);
        release.held_from_ns = before->second;
        before->second = release.time_ns;
    }
    std::vector<Release> holds;
    const Release* furthest = nullptr;  // of those that let go at or after `at`
    std::uint64_t at = releases.empty() ? begin_ns : releases.back().time_ns;
    for (auto next = releases.rbegin(); at > begin_ns;) {
        for (; next != releases.rend() && next->time_ns >= at; ++next)
            if (furthest == nullptr || next->held_from_ns < furthest->held_from_ns) furthest = &*next;
        if (furthest->held_from_ns < at) {
            holds.push_back({at, furthest->held_from_ns, furthest->thread, furthest->stack});
            at = furthest->held_from_ns;
        } else if (next != releases.rend()) {
            at = next->time_ns;
        } else {
            break;
        }
    }
    return {holds.rbegin(), holds.rend()};
}

/// Makes the holds of one lock from its changes, which come by time.
class HoldBuilder {
  public:
    void add(const Change& change) {
        if (change.release == nullptr) {
            acquired_ns_[change.thread] = change.time_ns;
            if (change.is_write) end_readers(change.time_ns);
            return;
        }
        const Release release{change.time_ns, 0, change.thread, change.release->stack};
        if (is_of_reader(*change.release)) {
            readers_.push_back(release);
            return;
        }
        end_readers(last_ns_);
        holds_.push_back(release);
        const auto acquired = acquired_ns_.find(change.thread);
        holds_.back().held_from_ns = std::max(last_ns_, acquired == acquired_ns_.end() ? 0 : acquired->second);
        last_ns_ = change.time_ns;
    }
    std::vector<Release> finish() {
        end_readers(last_ns_);
        return std::move(holds_);
    }

  private:
    /// Whoever holds it next has held it from `from_ns` on at the earliest.
    void end_readers(std::uint64_t from_ns) {
        for (const Release& hold : longest_readers(std::move(readers_), last_ns_)) holds_.push_back(hold);
        readers_.clear();
        last_ns_ = std::max(last_ns_, from_ns);
        if (!holds_.empty()) last_ns_ = std::max(last_ns_, holds_.back().time_ns);
    }

    std::unordered_map<std::uint32_t, std::uint64_t> acquired_ns_;  // by thread
    std::vector<Release> holds_, readers_;                          // readers: since the last writer
    std::uint64_t last_ns_ = 0;
};

std::vector<Release> releases_in(std::span<const Change> changes) {
    HoldBuilder builder;
    for (const Change& change : changes) builder.add(change);
    return builder.finish();
}

/// Whether such waits can be for a lock. The GIL is a condition.
bool is_lock(format::WaitKind kind) { return !format::is_io(kind) && !format::is_sleep(kind); }

}  // namespace

void HeldParts::add(StackId holder, std::uint64_t ns) {
    if (ns == 0) return;
    for (HeldPart& part : parts_)
        if (part.holder == holder) {
            part.ns += ns;
            return;
        }
    parts_.push_back({holder, ns});
}

std::vector<std::pair<StackId, double>> HeldParts::shares() const {
    double held_ns = 0;
    for (const HeldPart& part : parts_) held_ns += static_cast<double>(part.ns);
    if (held_ns == 0) return {{StackId::Empty, 1.0}};
    std::vector<std::pair<StackId, double>> shares;
    for (const HeldPart& part : parts_) shares.emplace_back(part.holder, static_cast<double>(part.ns) / held_ns);
    return shares;
}

HoldHistory::HoldHistory(std::vector<Release> releases) : releases_(std::move(releases)) {
    for (std::uint32_t i = 0; i < releases_.size(); ++i) {
        OfStack& known = by_stack_[releases_[i].stack];
        known.summed_ns.push_back((known.summed_ns.empty() ? 0 : known.summed_ns.back()) + length_ns(i));
        known.holds.push_back(i);
    }
    const std::size_t count = releases_.size();
    longest_.resize(2 * count);
    for (std::size_t i = 0; i < count; ++i) longest_[count + i] = static_cast<std::uint32_t>(i);
    for (std::size_t i = count; i-- > 1;)
        longest_[i] = static_cast<std::uint32_t>(longer(longest_[2 * i], longest_[2 * i + 1]));
}

std::uint64_t HoldHistory::OfStack::sum_before(std::uint32_t hold) const {
    const auto after = std::lower_bound(holds.begin(), holds.end(), hold);
    return after == holds.begin() ? 0 : summed_ns[static_cast<std::size_t>(after - holds.begin()) - 1];
}

std::size_t HoldHistory::first_after(std::uint64_t time_ns) const {
    const auto after =
        std::upper_bound(releases_.begin(), releases_.end(), time_ns,
                         [](std::uint64_t time, const Release& release) { return time < release.time_ns; });
    return static_cast<std::size_t>(after - releases_.begin());
}

std::size_t HoldHistory::longest_between(std::size_t first, std::size_t after) const {
    std::size_t best = first;
    for (std::size_t a = first + releases_.size(), b = after + releases_.size(); a < b; a /= 2, b /= 2) {
        if (a % 2 == 1) best = longer(best, longest_[a++]);
        if (b % 2 == 1) best = longer(best, longest_[--b]);
    }
    return best;
}

/// The part of the hold, and of the waking before it, that lies between the two instants.
void HoldHistory::add_hold(std::size_t hold, std::uint64_t from_ns, std::uint64_t to_ns, HeldParts& parts) const {
    const std::uint64_t held_ns = std::clamp(releases_[hold].held_from_ns, from_ns, to_ns);
    parts.add_waking(held_ns - from_ns);
    parts.add(releases_[hold].stack, to_ns - held_ns);
}

/// What follows the releases before `next`: whoever holds the lock until the next one, or nobody.
void HoldHistory::add_tail(const WaitedFor& wait, std::size_t next, std::uint64_t from_ns, std::uint64_t to_ns,
                           HeldParts& parts) const {
    if (next < releases_.size() && releases_[next].time_ns <= wait.acquired_ns)
        add_hold(next, from_ns, to_ns, parts);
    else if (next > 0 && releases_[next - 1].time_ns >= wait.begin_ns)
        parts.add_waking(to_ns - from_ns);
    else
        parts.add(wait.ended_by, to_ns - from_ns);
}

void HoldHistory::add_parts(const WaitedFor& wait, std::uint64_t from_ns, std::uint64_t to_ns, HeldParts& parts) const {
    const std::size_t first = first_after(from_ns), after = first_after(to_ns);
    std::uint64_t at = from_ns;
    const auto walk = [&](std::size_t hold) {
        add_hold(hold, at, releases_[hold].time_ns, parts);
        at = releases_[hold].time_ns;
    };
    if (first < after) walk(first);
    if (after - first <= std::max(kFewReleases, by_stack_.size())) {
        for (std::size_t hold = first + 1; hold < after; ++hold) walk(hold);
    } else {
        std::uint64_t held_ns = 0;
        for (const auto& [stack, known] : by_stack_) {
            const std::uint64_t ns = known.sum_before(static_cast<std::uint32_t>(after)) -
                                     known.sum_before(static_cast<std::uint32_t>(first) + 1);
            parts.add(stack, ns);
            held_ns += ns;
        }
        parts.add_waking(releases_[after - 1].time_ns - at - held_ns);
        at = releases_[after - 1].time_ns;
    }
    add_tail(wait, after, at, to_ns, parts);
}

bool HoldHistory::find_longest(const WaitedFor& wait, std::uint64_t end_ns, LongestHold& longest) const {
    const std::size_t first = first_after(wait.begin_ns);
    const std::size_t after = first_after(end_ns);
    // It goes on in the next wait of the same acquisition.
    const bool has_tail = after < releases_.size() && releases_[after].time_ns <= wait.acquired_ns;
    if (first == after && !has_tail) return false;
    const auto held_ns = [&](std::size_t hold) {
        const std::uint64_t let_go_ns = std::min(releases_[hold].time_ns, end_ns);
        return let_go_ns - std::clamp(releases_[hold].held_from_ns, wait.begin_ns, let_go_ns);
    };
    std::size_t best = first;
    if (first + 1 < after) {
        const std::size_t inner = longest_between(first + 1, after);
        if (held_ns(inner) > held_ns(best)) best = inner;
    }
    if (has_tail && after != best && held_ns(after) > held_ns(best)) best = after;
    longest = {releases_[best].stack, releases_[best].thread, releases_[best].time_ns};
    return true;
}

Holds::Holds(const recording::Process& process) {
    add_histories(process, true, parked_);
    add_histories(process, false, others_);
}

void Holds::add_histories(const recording::Process& process, bool parked, ByAddress& index) {
    std::vector<Change> changes;
    std::unordered_set<std::uint64_t> wanted;
    for (const recording::Thread& thread : process.threads)
        for (const recording::Wait& wait : thread.waits) {
            if (!is_lock(wait.kind) || parked != (wait.lock_address != 0)) continue;
            const std::uint64_t address = parked ? wait.lock_address : wait.address;
            wanted.insert(address);
            if (wait.end_ns && wait.error == 0)
                changes.push_back(
                    {address, *wait.end_ns, thread.ordinal, nullptr, wait.kind == format::WaitKind::RwlockWrite});
        }
    for (const recording::Thread& thread : process.threads)
        for (const recording::Wake& wake : thread.wakes) {
            const std::uint64_t address = parked ? wake.lock_address : wake.address;
            if (wanted.contains(address)) changes.push_back({address, wake.time_ns, thread.ordinal, &wake});
        }
    std::sort(changes.begin(), changes.end());
    for (auto at = changes.begin(); at != changes.end();) {
        const auto next = std::find_if(at, changes.end(), [at](const Change& c) { return c.address != at->address; });
        if (std::vector<HoldHistory::Release> releases = releases_in({at, next}); !releases.empty()) {
            index.emplace(at->address, static_cast<HoldIndex>(histories_.size()));
            histories_.emplace_back(std::move(releases));
        }
        at = next;
    }
}

HoldIndex Holds::find(const recording::Wait& wait) const {
    if (wait.lock_address != 0) return find_parked(wait.lock_address);
    const auto found = others_.find(wait.address);
    return found == others_.end() ? HoldIndex::None : found->second;
}

HoldIndex Holds::find_parked(std::uint64_t lock_address) const {
    const auto found = parked_.find(lock_address);
    return found == parked_.end() ? HoldIndex::None : found->second;
}

void Holds::add_parts(const WaitedFor& wait, std::uint64_t from_ns, std::uint64_t to_ns, HeldParts& parts) const {
    if (wait.lock == HoldIndex::None)
        parts.add(wait.ended_by, to_ns - from_ns);
    else
        history(wait.lock).add_parts(wait, from_ns, to_ns, parts);
}

}  // namespace ftscale::account
