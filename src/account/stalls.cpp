// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/stalls.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "account/object_layout.h"

namespace ftscale::account {
namespace {

using recording::Process;
using recording::Recording;
using recording::Spin;
using recording::StackId;
using recording::Thread;
using recording::TypeId;
using recording::Wait;

// A timed wait is retried at once: a longer pause between two slices means another acquisition.
constexpr std::uint64_t kRetryNs = 1'000'000;

class StallFinder {
  public:
    StallFinder(const Recording& recording, const Process& process, std::uint64_t run_end_ns, const Sites& sites,
                const SpinRegisters& registers)
        : process_(process),
          run_end_ns_(run_end_ns),
          sites_(sites),
          registers_(registers),
          classifier_(recording, process, sites),
          wakes_(process),
          stalls_(process) {
        for (const Thread& thread : process.threads)
            for (const recording::SampledObject& object : thread.objects) object_types_[object.address] = object.type;
    }

    ProcessStalls find() {
        stalls_.by_thread.resize(process_.threads.size());
        wait_stalls_.resize(process_.threads.size());
        for (std::size_t t = 0; t < process_.threads.size(); ++t) add_waits(t);
        find_usual_locks();
        for (std::size_t t = 0; t < process_.threads.size(); ++t) add_spins(t);
        for (auto& stalls : stalls_.by_thread) put_in_order(stalls);
        return std::move(stalls_);
    }

  private:
    static constexpr std::uint32_t kDropped = 0xffffffff;

    void add_waits(std::size_t t);
    std::optional<Stall> wait_stall(const Wait& wait, std::uint32_t ordinal);
    void add_spins(std::size_t t);
    void find_usual_locks();
    Stall spin_stall(const Spin& spin, const Stall* wait);
    LockIndex lock_of(const Spin& spin);
    LockKey unseen_lock(std::uint64_t address, const StackTraits& traits) const;
    static bool continues(const Wait& wait, const Wait& before);
    static void put_in_order(std::vector<Stall>& stalls);

    const Process& process_;
    std::uint64_t run_end_ns_;
    const Sites& sites_;
    const SpinRegisters& registers_;
    Classifier classifier_;
    WakeIndex wakes_;
    std::unordered_map<std::uint64_t, TypeId> object_types_;  // of objects that samples saw
    ProcessStalls stalls_;
    std::vector<std::vector<std::uint32_t>> wait_stalls_;      // by thread and wait: index of its stall, or kDropped
    std::unordered_map<std::uint32_t, LockIndex> usual_lock_;  // by stack: the lock most often waited for there
};

/// Whether a wait is one more park of the same acquisition: another thread barged in, or the wait goes in time slices.
bool StallFinder::continues(const Wait& wait, const Wait& before) {
    const bool same_lock =
        wait.lock_address == before.lock_address && (wait.lock_address != 0 || wait.address == before.address);
    if (!same_lock || format::is_io(wait.kind) || format::is_sleep(wait.kind)) return false;
    if (wait.entered_ns != 0) return wait.entered_ns == before.entered_ns;
    return before.error != 0 && before.end_ns && wait.begin_ns - *before.end_ns < kRetryNs;
}

void StallFinder::add_waits(std::size_t t) {
    const Thread& thread = process_.threads[t];
    std::vector<Stall>& stalls = stalls_.by_thread[t];
    wait_stalls_[t].assign(thread.waits.size(), kDropped);
    const Wait *last_parked = nullptr, *last_other = nullptr;
    for (std::size_t i = 0; i < thread.waits.size(); ++i) {
        const Wait& wait = thread.waits[i];
        const std::optional<Stall> stall = wait_stall(wait, thread.ordinal);
        if (!stall) continue;
        const Wait*& before = wait.lock_address != 0 ? last_parked : last_other;
        wait_stalls_[t][i] = static_cast<std::uint32_t>(stalls.size());
        stalls.push_back(*stall);
        if (before != nullptr && continues(wait, *before)) stalls.back().counts = false;
        before = &wait;
    }
    // A slice that timed out has no wake of its own: whoever ended the last slice made the thread wait through all of
    // them.
    for (std::size_t i = stalls.size(); i-- > 1;) {
        Stall& before = stalls[i - 1];
        const bool same = !stalls[i].counts && before.lock == stalls[i].lock;
        if (!same) continue;
        before.acquired_ns = std::max(before.acquired_ns, stalls[i].acquired_ns);
        if (before.ended_at != StackId::Empty) continue;
        before.ended_at = stalls[i].ended_at;
        before.ended_by = stalls[i].ended_by;
    }
}

/// Empty where the wait was none: no time passed, or only the waiter itself could have ended it.
std::optional<Stall> StallFinder::wait_stall(const Wait& wait, std::uint32_t ordinal) {
    const std::uint64_t end_ns = wait.end_ns.value_or(std::max(run_end_ns_, wait.begin_ns));
    if (end_ns <= wait.begin_ns) return std::nullopt;
    const Classified classified = classifier_.classify(wait);
    Stall stall{wait.begin_ns, end_ns, classified.category, LockIndex::None, wait.stack};
    stall.acquired_ns = end_ns;
    stall.stopped = classified.stopped;
    if (classified.category == Category::LockWait || classified.category == Category::Gil)
        stall.holds = stalls_.holds.find(wait);
    if (classified.lock) stall.lock = stalls_.locks.intern(*classified.lock);
    if (wait.lock_address != 0) stalls_.lock_at[wait.lock_address] = stall.lock;
    if (wait.end_ns && !format::is_io(wait.kind) && !format::is_sleep(wait.kind)) {
        const WakeIndex::Match match = wakes_.match(wait, ordinal);
        if (match.self_wake) return std::nullopt;
        stall.ended_at = match.holder;
        if (match.found) stall.ended_by = match.thread;
    }
    if (classified.lock) stalls_.locks.add_caller(stall.lock, sites_.traits(wait.stack), end_ns - wait.begin_ns);
    return stall;
}

void StallFinder::find_usual_locks() {
    std::unordered_map<std::uint64_t, std::uint64_t> waited;  // (stack, lock) -> ns
    for (const auto& stalls : stalls_.by_thread)
        for (const Stall& stall : stalls)
            if (stall.lock != LockIndex::None)
                waited[std::uint64_t{static_cast<std::uint32_t>(stall.stack)} << 32 |
                       static_cast<std::uint32_t>(stall.lock)] += stall.end_ns - stall.begin_ns;
    std::unordered_map<std::uint32_t, std::pair<std::uint64_t, std::uint32_t>>
        best;  // by stack: longest, ties to the first lock
    for (const auto& [key, duration] : waited) {
        const std::pair candidate{duration, ~static_cast<std::uint32_t>(key)};
        auto& known = best[static_cast<std::uint32_t>(key >> 32)];
        known = std::max(known, candidate);
    }
    for (const auto& [stack, found] : best) usual_lock_[stack] = static_cast<LockIndex>(~found.second);
}

void StallFinder::add_spins(std::size_t t) {
    const Thread& thread = process_.threads[t];
    std::vector<Stall>& stalls = stalls_.by_thread[t];
    const std::vector<std::uint32_t> waits = waits_after_spins(thread);
    for (std::size_t i = 0; i < thread.spins.size(); ++i) {
        const Spin& spin = thread.spins[i];
        const std::uint32_t wait_stall = waits[i] == kNoWait ? kDropped : wait_stalls_[t][waits[i]];
        const Stall* wait = wait_stall == kDropped ? nullptr : &stalls[wait_stall];
        const Stall stall = spin_stall(spin, wait);
        if (stall.end_ns <= stall.begin_ns) continue;
        if (stall.lock != LockIndex::None)
            stalls_.locks.add_caller(stall.lock, sites_.traits(spin.stack), stall.end_ns - stall.begin_ns);
        stalls.push_back(stall);
    }
}

Stall StallFinder::spin_stall(const Spin& spin, const Stall* wait) {
    Stall stall{spin.begin_ns, spin.end_ns.value_or(std::max(run_end_ns_, spin.begin_ns)), Category::Spin,
                LockIndex::None, spin.stack};
    stall.counts = false;
    stall.acquired_ns = stall.end_ns;
    const StackTraits& traits = sites_.traits(spin.stack);
    stall.burns = traits.idles;
    if (traits.idles) stall.category = Category::Starved;
    if (traits.idles || traits.has(FrameRole::YieldFunction)) return stall;  // the program's own os.sched_yield()
    if (wait != nullptr) {
        stall.lock = wait->lock;
        stall.ended_at = wait->ended_at;
        stall.ended_by = wait->ended_by;
        stall.holds = wait->holds;
        stall.acquired_ns = wait->acquired_ns;
    } else {
        stall.lock = lock_of(spin);
        if (const auto address = registers_.lock_address(spin)) stall.holds = stalls_.holds.find_parked(*address);
    }
    // Yielding before a wait for a notify is waiting for work already.
    const bool for_work = wait != nullptr ? wait->category == Category::Starved : traits.waits_for_work;
    if (for_work && stall.lock == LockIndex::None) stall.category = Category::Starved;
    return stall;
}

LockIndex StallFinder::lock_of(const Spin& spin) {
    const StackTraits& traits = sites_.traits(spin.stack);
    if (traits.has(FrameRole::TypeCache))
        return stalls_.locks.intern({LockKind::Internal, {}, TypeId::None, 0, InternalLock::TypeCache});
    const auto address = registers_.lock_address(spin);
    if (address) {
        if (const auto seen = stalls_.lock_at.find(*address); seen != stalls_.lock_at.end()) return seen->second;
    }
    if (traits.waits_for_work) return LockIndex::None;  // on its way to wait for a notify
    if (const auto usual = usual_lock_.find(static_cast<std::uint32_t>(spin.stack));
        !address && usual != usual_lock_.end())
        return usual->second;
    return stalls_.locks.intern(unseen_lock(address.value_or(0), traits));
}

/// The lock of a spin that no wait tells more about.
LockKey StallFinder::unseen_lock(std::uint64_t address, const StackTraits& traits) const {
    if (traits.has(FrameRole::PythonLock)) return {LockKind::ThreadingLock, LockLabel::None, TypeId::None, address, {}};
    if (traits.has(FrameRole::RLock)) return {LockKind::ThreadingLock, LockLabel::RLock, TypeId::None, address, {}};
    Wait guess;
    guess.kind = format::WaitKind::SemWait;
    guess.lock_address = address;
    guess.entered_ns = 1;  // spinning is what a PyMutex does
    if (traits.has(FrameRole::CriticalSection) && (address & 0xf) == kObjectMutexOffset)
        guess.object = address - kObjectMutexOffset;
    if (const auto seen = object_types_.find(guess.object); guess.object != 0 && seen != object_types_.end())
        guess.object_type = seen->second;
    const Classified classified = classifier_.classify(guess);
    if (address != 0 && classified.lock) return *classified.lock;
    // Nothing tells the address: one lock for each native function that wants it.
    const std::uint64_t caller = traits.native_caller ? static_cast<std::uint64_t>(*traits.native_caller) : 0;
    const bool is_object = traits.has(FrameRole::CriticalSection) && traits.native_caller &&
                           type_locked_by(sites_.name(*traits.native_caller).function) != kUnknownType;
    if (is_object) return {LockKind::Object, LockLabel::None, TypeId::None, caller, {}};
    return {LockKind::Internal, LockLabel::Mutex, TypeId::None, caller, {}};
}

/// By time, without overlap: a stall inside another (in a signal handler) is part of the outer one.
void StallFinder::put_in_order(std::vector<Stall>& stalls) {
    std::stable_sort(stalls.begin(), stalls.end(),
                     [](const Stall& a, const Stall& b) { return a.begin_ns < b.begin_ns; });
    std::uint64_t free_from_ns = 0;
    const auto is_covered = [&free_from_ns](Stall& stall) {
        stall.begin_ns = std::max(stall.begin_ns, free_from_ns);
        free_from_ns = std::max(free_from_ns, stall.end_ns);
        return stall.end_ns <= stall.begin_ns;
    };
    stalls.erase(std::remove_if(stalls.begin(), stalls.end(), is_covered), stalls.end());
    stalls.shrink_to_fit();
}

}  // namespace

const std::vector<SeenRunning>* ProcessStalls::seen_at(std::size_t thread, std::size_t index) const {
    const auto seen = seen_running.find({static_cast<std::uint32_t>(thread), static_cast<std::uint32_t>(index)});
    return seen == seen_running.end() ? nullptr : &seen->second;
}

void ProcessStalls::add_parts(std::size_t thread, std::size_t index, std::uint64_t from_ns, std::uint64_t to_ns,
                              HeldParts& parts) const {
    const std::vector<SeenRunning>* seen = seen_at(thread, index);
    if (seen == nullptr) return holds.add_parts(at(thread, index).waited_for(), from_ns, to_ns, parts);
    double all_ns = 0, before_ns = 0;
    for (const SeenRunning& holder : *seen) all_ns += static_cast<double>(holder.ns);
    // Cut where their shares end, so that what was rounded off of one is the next one's.
    const auto cut = [&](double ns) {
        return static_cast<std::uint64_t>(static_cast<double>(to_ns - from_ns) * ns / all_ns);
    };
    for (const SeenRunning& holder : *seen) {
        const double after_ns = before_ns + static_cast<double>(holder.ns);
        parts.add(holder.holder, cut(after_ns) - cut(before_ns));
        before_ns = after_ns;
    }
}

LongestHold ProcessStalls::longest_hold(std::size_t thread, std::size_t index) const {
    const Stall& stall = at(thread, index);
    LongestHold longest{stall.ended_at, stall.ended_by, stall.end_ns};
    if (const std::vector<SeenRunning>* seen = seen_at(thread, index)) {
        const auto by_time = [](const SeenRunning& a, const SeenRunning& b) { return a.ns < b.ns; };
        const auto most = std::max_element(seen->begin(), seen->end(), by_time);
        return {most->holder, most->thread, most->until_ns};
    }
    if (stall.holds != HoldIndex::None)
        holds.history(stall.holds).find_longest(stall.waited_for(), stall.end_ns, longest);
    return longest;
}

ProcessStalls find_stalls(const Recording& recording, const Process& process, std::uint64_t run_end_ns,
                          const Sites& sites, const SpinRegisters& registers) {
    return StallFinder(recording, process, run_end_ns, sites, registers).find();
}

}  // namespace ftscale::account
