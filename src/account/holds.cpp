// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/holds.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace ftscale::account {
namespace {

using recording::StackId;

// Up to so many releases within a wait are looked at one by one.
constexpr std::size_t kFewReleases = 32;

/// Readers share a lock: of several that a writer waits for, the one that lets go last made it wait, and ends its wait.
bool is_of_one_holder(const recording::Wake& wake) {
    return wake.kind != format::WaitKind::RwlockWrite || (wake.flags & format::kByReader) == 0;
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

std::uint64_t HoldHistory::length_ns(std::size_t hold) const {
    return hold == 0 ? 0 : releases_[hold].time_ns - releases_[hold - 1].time_ns;
}

std::size_t HoldHistory::longest_between(std::size_t first, std::size_t after) const {
    std::size_t best = first;
    for (std::size_t a = first + releases_.size(), b = after + releases_.size(); a < b; a /= 2, b /= 2) {
        if (a % 2 == 1) best = longer(best, longest_[a++]);
        if (b % 2 == 1) best = longer(best, longest_[--b]);
    }
    return best;
}

/// What follows the releases before `next`: whoever holds the lock until the next one, or nobody.
void HoldHistory::add_tail(const WaitedFor& wait, std::size_t next, std::uint64_t ns, HeldParts& parts) const {
    if (next < releases_.size() && releases_[next].time_ns <= wait.acquired_ns)
        parts.add(releases_[next].stack, ns);
    else if (next > 0 && releases_[next - 1].time_ns >= wait.begin_ns)
        parts.add_waking(ns);
    else
        parts.add(wait.ended_by, ns);
}

void HoldHistory::add_parts(const WaitedFor& wait, std::uint64_t from_ns, std::uint64_t to_ns, HeldParts& parts) const {
    const std::size_t first = first_after(from_ns), after = first_after(to_ns);
    std::uint64_t at = from_ns;
    const auto walk = [&](std::size_t hold) {
        parts.add(releases_[hold].stack, releases_[hold].time_ns - at);
        at = releases_[hold].time_ns;
    };
    if (first < after) walk(first);
    if (after - first <= std::max(kFewReleases, by_stack_.size())) {
        for (std::size_t hold = first + 1; hold < after; ++hold) walk(hold);
    } else {
        for (const auto& [stack, known] : by_stack_)
            parts.add(stack, known.sum_before(static_cast<std::uint32_t>(after)) -
                                 known.sum_before(static_cast<std::uint32_t>(first) + 1));
        at = releases_[after - 1].time_ns;
    }
    add_tail(wait, after, to_ns - at, parts);
}

bool HoldHistory::find_longest(const WaitedFor& wait, std::uint64_t end_ns, LongestHold& longest) const {
    const std::size_t first = first_after(wait.begin_ns);
    const std::size_t after = first_after(end_ns);
    // It goes on in the next wait of the same acquisition.
    const bool has_tail = after < releases_.size() && releases_[after].time_ns <= wait.acquired_ns;
    if (first == after && !has_tail) return false;
    const auto held_ns = [&](std::size_t hold) {
        const std::uint64_t begin = hold == first ? wait.begin_ns : releases_[hold - 1].time_ns;
        return std::min(releases_[hold].time_ns, end_ns) - begin;
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
    std::unordered_set<std::uint64_t> wanted;
    for (const recording::Thread& thread : process.threads)
        for (const recording::Wait& wait : thread.waits)
            if (is_lock(wait.kind) && parked == (wait.lock_address != 0))
                wanted.insert(parked ? wait.lock_address : wait.address);
    struct Found {
        std::uint64_t address;
        HoldHistory::Release release;
    };
    std::vector<Found> found;
    for (const recording::Thread& thread : process.threads)
        for (const recording::Wake& wake : thread.wakes) {
            const std::uint64_t address = parked ? wake.lock_address : wake.address;
            if (wanted.contains(address) && is_of_one_holder(wake))
                found.push_back({address, {wake.time_ns, thread.ordinal, wake.stack}});
        }
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return std::tie(a.address, a.release.time_ns, a.release.thread) <
               std::tie(b.address, b.release.time_ns, b.release.thread);
    });
    for (auto at = found.begin(); at != found.end();) {
        std::vector<HoldHistory::Release> releases;
        const std::uint64_t address = at->address;
        for (; at != found.end() && at->address == address; ++at) releases.push_back(at->release);
        index.emplace(address, static_cast<HoldIndex>(histories_.size()));
        histories_.emplace_back(std::move(releases));
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
