// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/slots.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

namespace ftscale::account {
namespace {

using recording::StackId;

/// Who is charged with the empty slots: the first of these groups that has a thread in it.
/// A thread that waits for others to end is idle because they are not through: they are charged first.
enum class Group : std::uint8_t { Running, Spinning, Queued, Blocked, Joining, Other };
constexpr std::size_t kGroups = 6;

Group group_of(const Segment& segment) {
    switch (segment.category) {
        case Category::Work:
        case Category::Refcount:
        case Category::Gc:
        case Category::Kernel:
            return Group::Running;
        case Category::Spin:
            return Group::Spinning;
        case Category::RunQueue:
            return Group::Queued;
        case Category::Io:
        case Category::Sleep:
            return Group::Blocked;
        case Category::Starved:
            return segment.joins ? Group::Joining : Group::Blocked;
        default:
            return Group::Other;
    }
}

bool occupies_slot(Category category) {
    return category != Category::Io && category != Category::Sleep && category != Category::Starved &&
           category != Category::Serial && category != Category::Unknown;
}

/// What an empty slot becomes at a thread in this state.
Category blamed_as(const Segment& segment) {
    const Group group = group_of(segment);
    if (group == Group::Blocked || group == Group::Joining) return segment.category;
    return group == Group::Other ? Category::Unknown : Category::Serial;
}

constexpr std::uint32_t kRegionEvent = 0xffffffff;
constexpr std::uint32_t kNoSegment = 0xffffffff;

struct Event {
    std::uint64_t time_ns;
    std::uint32_t thread;   // kRegionEvent: the region begins or ends
    std::uint32_t segment;  // the one that begins; kNoSegment: the thread ends
    friend bool operator<(const Event& a, const Event& b) {
        return std::tie(a.time_ns, a.thread, a.segment) < std::tie(b.time_ns, b.thread, b.segment);
    }
};

class Sweep {
  public:
    Sweep(const std::vector<Timeline>& timelines, const Region& region, int n)
        : timelines_(timelines), n_(n), threads_(timelines.size()), per_thread_(timelines.size()) {
        add_events(region);
    }

    SlotTotals run() {
        std::uint64_t now = 0;
        for (const Event& event : events_) {
            if (active_) advance(static_cast<long double>(event.time_ns - now));
            now = event.time_ns;
            if (event.thread == kRegionEvent)
                active_ = !active_;
            else
                enter(event.thread, event.segment);
        }
        return totals();
    }

  private:
    /// A thread's present segment, and the integrals as they were when it was last settled.
    struct State {
        const Segment* segment = nullptr;
        long double weight = 0, blame = 0, time = 0;
    };

    void add_events(const Region& region);
    void advance(long double elapsed_ns);
    void enter(std::uint32_t thread, std::uint32_t segment);
    void settle(State& state, Amounts& own);
    void count(const Segment& segment, int change);
    void charge(Category category, StackId stack, long double ns);
    SlotTotals totals();

    const std::vector<Timeline>& timelines_;
    const int n_;
    std::vector<Event> events_;
    std::vector<State> threads_;
    std::vector<Amounts> per_thread_;
    bool active_ = false;
    std::uint64_t occupied_ = 0;
    std::array<std::uint64_t, kGroups> members_{};
    long double time_ = 0;                                    // integral of 1
    long double weight_ = 0;                                  // of the weight of an occupied slot
    std::array<long double, kGroups> blame_{};                // of a member's share of the empty slots
    long double nobody_ = 0;                                  // empty slots with no thread at all
    std::unordered_map<std::uint64_t, long double> charges_;  // (category, stack) -> ns
};

void Sweep::add_events(const Region& region) {
    for (const auto& [begin, end] : region.intervals()) {
        events_.push_back({begin, kRegionEvent, 0});
        events_.push_back({end, kRegionEvent, 0});
    }
    for (std::uint32_t t = 0; t < timelines_.size(); ++t) {
        const Timeline& timeline = timelines_[t];
        for (std::uint32_t s = 0; s < timeline.size(); ++s) events_.push_back({timeline[s].begin_ns, t, s});
        if (!timeline.empty()) events_.push_back({timeline.back().end_ns, t, kNoSegment});
    }
    std::sort(events_.begin(), events_.end());
}

void Sweep::advance(long double elapsed_ns) {
    if (elapsed_ns <= 0) return;
    const auto slots = static_cast<std::uint64_t>(n_);
    time_ += elapsed_ns;
    if (occupied_ >= slots) {
        weight_ += elapsed_ns * static_cast<long double>(slots) / static_cast<long double>(occupied_);
        return;
    }
    weight_ += elapsed_ns;
    const long double empty_ns = elapsed_ns * static_cast<long double>(slots - occupied_);
    for (std::size_t g = 0; g < kGroups; ++g) {
        if (members_[g] == 0) continue;
        blame_[g] += empty_ns / static_cast<long double>(members_[g]);
        return;
    }
    nobody_ += empty_ns;
}

void Sweep::enter(std::uint32_t thread, std::uint32_t segment) {
    State& state = threads_[thread];
    if (state.segment != nullptr) {
        settle(state, per_thread_[thread]);
        count(*state.segment, -1);
    }
    state.segment = segment == kNoSegment ? nullptr : &timelines_[thread][segment];
    if (state.segment == nullptr) return;
    count(*state.segment, +1);
    state.time = time_;
    state.weight = weight_;
    state.blame = blame_[static_cast<std::size_t>(group_of(*state.segment))];
}

void Sweep::settle(State& state, Amounts& own) {
    const Segment& segment = *state.segment;
    if (occupies_slot(segment.category)) charge(segment.category, segment.stack, weight_ - state.weight);
    const long double blame = blame_[static_cast<std::size_t>(group_of(segment))] - state.blame;
    charge(blamed_as(segment), segment.stack, blame);
    own[segment.category] += static_cast<double>((time_ - state.time) / 1e9L);
}

void Sweep::count(const Segment& segment, int change) {
    const auto step = static_cast<std::uint64_t>(change);  // wraps for -1, as intended
    if (occupies_slot(segment.category)) occupied_ += step;
    members_[static_cast<std::size_t>(group_of(segment))] += step;
}

void Sweep::charge(Category category, StackId stack, long double ns) {
    if (ns <= 0) return;
    charges_[std::uint64_t{static_cast<std::uint32_t>(category)} << 32 | static_cast<std::uint32_t>(stack)] += ns;
}

SlotTotals Sweep::totals() {
    charge(Category::Unknown, StackId::Empty, nobody_);
    SlotTotals result;
    result.per_thread = std::move(per_thread_);
    result.charges.reserve(charges_.size());
    for (const auto& [key, ns] : charges_) {
        const auto category = static_cast<Category>(key >> 32);
        const auto stack = static_cast<StackId>(static_cast<std::uint32_t>(key));
        result.charges.push_back({category, stack, static_cast<double>(ns / 1e9L)});
    }
    std::sort(result.charges.begin(), result.charges.end(), [](const Charge& a, const Charge& b) {
        return std::tie(a.category, a.stack) < std::tie(b.category, b.stack);
    });
    return result;
}

}  // namespace

SlotTotals sweep_slots(const std::vector<Timeline>& timelines, const Region& region, int n) {
    return Sweep(timelines, region, std::max(n, 1)).run();
}

}  // namespace ftscale::account
