// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/lock_takers.h"

#include <optional>
#include <unordered_set>

namespace ftscale::account {
namespace {

using recording::StackId;

/// A lock as waits and wakes of one process have it in common.
std::uint64_t key_of(std::uint64_t lock_address, std::uint64_t address) {
    return lock_address != 0 ? lock_address : address;
}

std::optional<recording::FrameId> site_frame(const Sites& sites, StackId stack) {
    const StackId site = sites.traits(stack).site;
    if (site == StackId::Empty || !sites.stacks().leaf(site).python) return std::nullopt;
    return sites.stacks().node(site).frame;
}

}  // namespace

LockTakers::LockTakers(const recording::Recording& recording, const Sites& sites) : sites_(sites) {
    for (const recording::RunTrace& run : recording.runs)
        for (const recording::Process& process : run.processes) learn(process);
}

void LockTakers::learn(const recording::Process& process) {
    std::unordered_map<std::uint64_t, Takers> releasers;  // by lock
    for (const recording::Thread& thread : process.threads)
        for (const recording::Wake& wake : thread.wakes)
            if (const auto frame = site_frame(sites_, wake.stack))
                releasers[key_of(wake.lock_address, wake.address)].emplace(
                    static_cast<std::uint32_t>(sites_.stacks().frame(*frame).code), wake.stack);
    std::unordered_map<std::uint64_t, std::unordered_set<std::uint32_t>> done;  // by lock: places of waiters
    for (const recording::Thread& thread : process.threads)
        for (const recording::Wait& wait : thread.waits) {
            const std::uint64_t lock = key_of(wait.lock_address, wait.address);
            const auto known = releasers.find(lock);
            if (known == releasers.end() || sites_.traits(wait.stack).waits_for_work) continue;  // no lock, a notify
            const auto frame = site_frame(sites_, wait.stack);
            if (frame && done[lock].insert(static_cast<std::uint32_t>(*frame)).second)
                takers_[static_cast<std::uint32_t>(*frame)].insert(known->second.begin(), known->second.end());
        }
}

const Takers* LockTakers::find(StackId waiter) const {
    const auto frame = site_frame(sites_, waiter);
    const auto found = frame ? takers_.find(static_cast<std::uint32_t>(*frame)) : takers_.end();
    return found == takers_.end() ? nullptr : &found->second;
}

StackId innermost_taker(const Takers& takers, StackId stack, const recording::StackTable& stacks) {
    for (; stack != StackId::Empty; stack = stacks.node(stack).parent) {
        const recording::Frame& frame = stacks.leaf(stack);
        const auto taker = frame.python ? takers.find(static_cast<std::uint32_t>(frame.code)) : takers.end();
        if (taker != takers.end()) return taker->second;
    }
    return StackId::Empty;
}

}  // namespace ftscale::account
