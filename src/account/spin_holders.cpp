// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/spin_holders.h"

#include <algorithm>
#include <map>

#include "account/on_cpu.h"

namespace ftscale::account {
namespace {

using recording::StackId;

// Of shorter ones samples can tell nothing, and they cost next to nothing.
constexpr std::uint64_t kLongSpinNs = 500'000;

class SpinHolders {
  public:
    SpinHolders(const LockTakers& takers, const recording::StackTable& stacks, const recording::Process& process,
                const Timeline* timelines, ProcessStalls& stalls)
        : takers_(takers), stacks_(stacks), process_(process), timelines_(timelines), stalls_(stalls) {}

    void find() {
        for (std::uint32_t t = 0; t < stalls_.by_thread.size(); ++t)
            for (std::uint32_t s = 0; s < stalls_.by_thread[t].size(); ++s)
                if (is_unseen(stalls_.by_thread[t][s])) look_around(t, s);
    }

  private:
    bool is_unseen(const Stall& stall) const;
    void look_around(std::uint32_t thread, std::uint32_t index);
    void look_at(std::uint32_t thread, const Stall& spin, const Takers* known);
    StackId taker_in(const Takers& takers, StackId stack);
    static void add(std::vector<SeenRunning>& seen, const SeenRunning& more);

    const LockTakers& takers_;
    const recording::StackTable& stacks_;
    const recording::Process& process_;
    const Timeline* timelines_;
    ProcessStalls& stalls_;
    std::map<std::pair<const Takers*, StackId>, StackId> found_;
    std::vector<SeenRunning> of_takers_, of_all_;  // of the spin at hand
};

bool SpinHolders::is_unseen(const Stall& stall) const {
    if (stall.category != Category::Spin || stall.lock == LockIndex::None) return false;
    if (stall.end_ns - stall.begin_ns < kLongSpinNs) return false;
    return stall.holds == HoldIndex::None ||
           !stalls_.holds.history(stall.holds).has_release(stall.begin_ns, stall.end_ns);
}

void SpinHolders::look_around(std::uint32_t thread, std::uint32_t index) {
    const Stall& spin = stalls_.by_thread[thread][index];
    of_takers_.clear();
    of_all_.clear();
    const Takers* known = takers_.find(spin.stack);
    for (std::uint32_t other = 0; other < stalls_.by_thread.size(); ++other)
        if (other != thread) look_at(other, spin, known);
    // Where those that take the lock are known and none of them ran, something else is amiss (3.13's dict.get() waits
    // for itself), and nobody else is to blame.
    const std::vector<SeenRunning>& seen = known == nullptr ? of_all_ : of_takers_;
    if (!seen.empty()) stalls_.seen_running[{thread, index}] = seen;
}

void SpinHolders::look_at(std::uint32_t thread, const Stall& spin, const Takers* known) {
    const Timeline& timeline = timelines_[thread];
    const std::uint32_t ordinal = process_.threads[thread].ordinal;
    auto segment = std::upper_bound(timeline.begin(), timeline.end(), spin.begin_ns,
                                    [](std::uint64_t time, const Segment& at) { return time < at.end_ns; });
    for (; segment != timeline.end() && segment->begin_ns < spin.end_ns; ++segment) {
        if (segment->stall != kNoStall || !is_on_cpu(segment->category)) continue;
        const std::uint64_t from = std::max(segment->begin_ns, spin.begin_ns);
        const std::uint64_t to = std::min(segment->end_ns, spin.end_ns);
        const StackId taker = known == nullptr ? StackId::Empty : taker_in(*known, segment->stack);
        if (taker != StackId::Empty) add(of_takers_, {taker, ordinal, to, to - from});
        if (segment->stack != StackId::Empty) add(of_all_, {segment->stack, ordinal, to, to - from});
    }
}

StackId SpinHolders::taker_in(const Takers& takers, StackId stack) {
    const auto [found, is_new] = found_.try_emplace({&takers, stack}, StackId::Empty);
    if (is_new) found->second = innermost_taker(takers, stack, stacks_);
    return found->second;
}

void SpinHolders::add(std::vector<SeenRunning>& seen, const SeenRunning& more) {
    for (SeenRunning& known : seen)
        if (known.holder == more.holder && known.thread == more.thread) {
            known.ns += more.ns;
            known.until_ns = more.until_ns;
            return;
        }
    seen.push_back(more);
}

}  // namespace

void find_spin_holders(const LockTakers& takers, const recording::StackTable& stacks, const recording::Process& process,
                       const Timeline* timelines, ProcessStalls& stalls) {
    SpinHolders(takers, stacks, process, timelines, stalls).find();
}

}  // namespace ftscale::account
