// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/match.h"

#include <algorithm>
#include <tuple>

namespace ftscale::account {
namespace {

// The post is stamped by one CPU and the wait's end by another: the waiter may run before the poster has read its
// clock.
constexpr std::uint64_t kClockSlackNs = 50'000;

}  // namespace

WakeIndex::WakeIndex(const recording::Process& process) {
    std::size_t count = 0;
    for (const recording::Thread& thread : process.threads) count += thread.wakes.size();
    entries_.reserve(count);
    for (const recording::Thread& thread : process.threads)
        for (const recording::Wake& wake : thread.wakes)
            entries_.push_back({wake.address, wake.time_ns, thread.ordinal, wake.stack});
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.address, a.time_ns, a.thread) < std::tie(b.address, b.time_ns, b.thread);
    });
}

WakeIndex::Match WakeIndex::match(const recording::Wait& wait, std::uint32_t waiter_ordinal) const {
    const auto before = [](const Entry& entry, const std::pair<std::uint64_t, std::uint64_t>& key) {
        return std::tie(entry.address, entry.time_ns) < std::tie(key.first, key.second);
    };
    const std::uint64_t end = *wait.end_ns;
    const auto first =
        std::lower_bound(entries_.begin(), entries_.end(), std::pair(wait.address, wait.begin_ns), before);
    const auto after = std::lower_bound(first, entries_.end(), std::pair(wait.address, end + 1), before);
    Match match;
    for (auto wake = after; wake != first;) {  // latest first
        --wake;
        if (wake->thread != waiter_ordinal) return {true, false, wake->stack, wake->thread};
        match.self_wake = true;
    }
    for (auto wake = after;
         wake != entries_.end() && wake->address == wait.address && wake->time_ns <= end + kClockSlackNs; ++wake)
        if (wake->thread != waiter_ordinal) return {true, false, wake->stack, wake->thread};
    return match;
}

}  // namespace ftscale::account
