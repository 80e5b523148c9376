// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/spins.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "account/internal_locks.h"

namespace ftscale::account {
namespace {

using recording::Spin;
using recording::Thread;
using recording::Wait;

// From the last yield to the wait in the kernel: queueing in the parking lot, whose bucket may be contended.
constexpr std::uint64_t kSpinToParkNs = 50'000;
constexpr std::size_t kRegisters = format::kMostSavedRegisters;
constexpr std::uint64_t kUserAddressEnd = std::uint64_t{1} << 48;  // aarch64; x86-64 has half of that
constexpr std::uint64_t kFirstPage = 4096;

bool has_sample_between(const Thread& thread, std::uint64_t begin, std::uint64_t end) {
    const auto before = [](const recording::Sample& sample, std::uint64_t time) { return sample.time_ns < time; };
    const auto found = std::lower_bound(thread.samples.begin(), thread.samples.end(), begin, before);
    return found != thread.samples.end() && found->time_ns < end;
}

bool leads_to(const Thread& thread, const Spin& spin, const Wait& wait) {
    if (wait.lock_address == 0 || wait.begin_ns - *spin.end_ns > kSpinToParkNs) return false;
    if (wait.entered_ns != 0) return wait.entered_ns <= *spin.end_ns;
    return !has_sample_between(thread, *spin.end_ns, wait.begin_ns);
}

/// How often each register held the lock's address, out of how many spins.
struct Ballot {
    std::array<std::uint64_t, kRegisters> matches{};
    std::uint64_t spins = 0;

    std::optional<std::size_t> winner() const {
        const auto best = std::max_element(matches.begin(), matches.end());
        if (2 * *best <= spins) return std::nullopt;
        return static_cast<std::size_t>(best - matches.begin());
    }
};

struct Votes {
    Ballot of_waits;        // the spins that led to a wait: the address is the wait's
    Ballot of_known_locks;  // all spins: any of the interpreter's own locks
};

/// By register: whether it holds the address of one of the interpreter's own locks. None does where two hold different
/// ones: a lock held already may be at hand too.
std::array<bool, kRegisters> registers_with_known_lock(const Spin& spin, const InternalLocks& locks) {
    std::array<bool, kRegisters> holds{};
    std::uint64_t seen = 0;
    for (std::size_t r = 0; r < kRegisters; ++r) {
        const std::uint64_t address = spin.saved_registers[r];
        if (!locks.find(address)) continue;
        if (seen != 0 && seen != address) return {};
        seen = address;
        holds[r] = true;
    }
    return holds;
}

void count_known_locks(const Thread& thread, const InternalLocks& locks,
                       std::unordered_map<std::uint32_t, Votes>& votes) {
    for (const Spin& spin : thread.spins) {
        Ballot& ballot = votes[static_cast<std::uint32_t>(spin.caller)].of_known_locks;
        ++ballot.spins;
        const std::array<bool, kRegisters> holds = registers_with_known_lock(spin, locks);
        for (std::size_t r = 0; r < kRegisters; ++r) ballot.matches[r] += holds[r] ? 1 : 0;
    }
}

void count_waits(const Thread& thread, std::unordered_map<std::uint32_t, Votes>& votes) {
    const std::vector<std::uint32_t> waits = waits_after_spins(thread);
    for (std::size_t i = 0; i < waits.size(); ++i) {
        if (waits[i] == kNoWait) continue;
        const Spin& spin = thread.spins[i];
        Ballot& ballot = votes[static_cast<std::uint32_t>(spin.caller)].of_waits;
        ++ballot.spins;
        for (std::size_t r = 0; r < kRegisters; ++r)
            if (spin.saved_registers[r] == thread.waits[waits[i]].lock_address) ++ballot.matches[r];
    }
}

}  // namespace

std::vector<std::uint32_t> waits_after_spins(const Thread& thread) {
    std::vector<std::uint32_t> result(thread.spins.size(), kNoWait);
    std::size_t next = 0;
    for (std::size_t i = 0; i < thread.spins.size(); ++i) {
        const Spin& spin = thread.spins[i];
        if (!spin.end_ns) continue;
        while (next < thread.waits.size() && thread.waits[next].begin_ns < *spin.end_ns) ++next;
        if (next < thread.waits.size() && leads_to(thread, spin, thread.waits[next]))
            result[i] = static_cast<std::uint32_t>(next);
    }
    return result;
}

SpinRegisters::SpinRegisters(const recording::Recording& recording) {
    std::unordered_map<std::uint32_t, Votes> votes;
    for (const recording::RunTrace& run : recording.runs)
        for (const recording::Process& process : run.processes) {
            const InternalLocks locks(process.facts);
            for (const Thread& thread : process.threads) {
                count_waits(thread, votes);
                count_known_locks(thread, locks, votes);
            }
        }
    for (const auto& [place, counted] : votes) {
        const std::optional<std::size_t> taught = counted.of_waits.winner();
        if (const auto found = taught ? taught : counted.of_known_locks.winner()) registers_[place] = *found;
    }
}

std::optional<std::uint64_t> SpinRegisters::lock_address(const Spin& spin) const {
    const auto learnt = registers_.find(static_cast<std::uint32_t>(spin.caller));
    if (learnt == registers_.end()) return std::nullopt;
    const std::uint64_t address = spin.saved_registers[learnt->second];
    if (address < kFirstPage || address >= kUserAddressEnd) return std::nullopt;
    return address;
}

}  // namespace ftscale::account
