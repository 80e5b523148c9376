// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/slots.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace ftscale::account {
namespace {

using recording::StackId;

/// Who is charged with the empty slots: the first of these groups that has a thread in it.
/// A thread that waits for others to end is idle because they are not through, and a pool's because nobody asks it to
/// work: they are charged last.
enum class Group : std::uint8_t { Running, Spinning, Queued, Blocked, Bystander, Other };
constexpr std::array kAllGroups = {Group::Running, Group::Spinning,  Group::Queued,
                                   Group::Blocked, Group::Bystander, Group::Other};
constexpr std::size_t kGroups = kAllGroups.size();

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
            return segment.bystander ? Group::Bystander : Group::Blocked;
        default:
            return Group::Other;
    }
}

/// Whether what is empty while such threads run is a serial section.
bool is_serial(Group group) { return group <= Group::Queued; }
bool waits(Group group) { return group == Group::Blocked || group == Group::Bystander; }

bool occupies_slot(Category category) {
    return category != Category::Io && category != Category::Sleep && category != Category::Starved &&
           category != Category::Serial && category != Category::Unknown;
}

/// What an empty slot becomes at a thread in this state.
Category blamed_as(const Segment& segment) {
    const Group group = group_of(segment);
    if (is_serial(group)) return Category::Serial;
    return waits(group) ? segment.category : Category::Unknown;
}

constexpr std::uint32_t kRegionEvent = 0xffffffff;
constexpr std::uint32_t kNoSegment = 0xffffffff;

struct Event {
    std::uint64_t time_ns;
    std::uint32_t thread;   // kRegionEvent: the region begins or ends
    std::uint32_t segment;  // the one that begins; kNoSegment: the thread ends; of a region: see add_events
    friend bool operator<(const Event& a, const Event& b) {
        return std::tie(a.time_ns, a.thread, a.segment) < std::tie(b.time_ns, b.thread, b.segment);
    }
};

class Sweep {
  public:
    Sweep(const std::vector<Timeline>& timelines, const Region& region, int n, int cpus)
        : timelines_(timelines),
          region_(region),
          n_(n),
          cpus_(static_cast<std::uint64_t>(cpus)),
          threads_(timelines.size()),
          per_thread_(timelines.size()) {
        add_events();
    }

    SlotTotals run() {
        std::uint64_t now = 0;
        for (const Event& event : events_) {
            if (weight_now_ > 0) advance(static_cast<long double>(event.time_ns - now) * weight_now_);
            now = event.time_ns;
            if (event.thread == kRegionEvent)
                weight_now_ = event.segment % 2 == 0 ? static_cast<long double>(region_.weight(event.segment / 2)) : 0;
            else
                enter(event.thread, event.segment);
        }
        return totals();
    }

  private:
    /// A thread's present segment, and the integrals as they were when it was last settled.
    struct State {
        const Segment* segment = nullptr;
        long double weight = 0, blame = 0, idle = 0, time = 0;
    };

    void add_events();
    void advance(long double elapsed_ns);
    void share(long double empty_ns);
    void add_queued(long double ns);
    static std::size_t index_of(Group group) { return static_cast<std::size_t>(group); }
    bool has(Group group) const { return members_[index_of(group)] > 0; }
    void add_share(std::array<long double, kGroups>& integrals, Group group, long double empty_ns);
    void enter(std::uint32_t thread, std::uint32_t segment);
    void settle(State& state, Amounts& own);
    void count(const Segment& segment, int change);
    void charge(Category category, StackId stack, long double ns);
    SlotTotals totals();

    const std::vector<Timeline>& timelines_;
    const Region& region_;
    const int n_;
    const std::uint64_t cpus_;
    std::vector<Event> events_;
    std::vector<State> threads_;
    std::vector<Amounts> per_thread_;
    long double weight_now_ = 0;  // of time; 0: outside of the region
    std::uint64_t occupied_ = 0;
    std::array<std::uint64_t, kGroups> members_{};
    long double time_ = 0;                      // integral of 1
    long double weight_ = 0;                    // of the weight of an occupied slot
    std::array<long double, kGroups> blame_{};  // of a member's share of the empty slots
    std::array<long double, kGroups> idle_{};   // of a blocked member's share of the serial ones
    std::uint64_t burning_ = 0;                 // threads without work that are on a CPU
    long double burnt_ = 0;                     // integral of burning_
    long double idled_out_ = 0;                 // as crowded_out_, as far as those had their CPUs
    long double crowded_out_ = 0;               // of queued threads' weight, as far as others had their CPUs
    long double nobody_ = 0;                    // empty slots with no thread at all
    std::unordered_map<std::uint64_t, long double> charges_;   // (category, stack) -> ns
    std::map<std::pair<bool, StackId>, long double> idle_at_;  // (bystander, stack) -> ns
};

/// Of the region's intervals the begins have even numbers and the ends odd ones, so that one that ends where the next
/// begins does so first.
void Sweep::add_events() {
    for (std::uint32_t i = 0; i < region_.intervals().size(); ++i) {
        events_.push_back({region_.intervals()[i].first, kRegionEvent, 2 * i});
        events_.push_back({region_.intervals()[i].second, kRegionEvent, 2 * i + 1});
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
    burnt_ += elapsed_ns * static_cast<long double>(burning_);
    if (occupied_ >= slots) {
        const long double weight = elapsed_ns * static_cast<long double>(slots) / static_cast<long double>(occupied_);
        weight_ += weight;
        add_queued(weight);
        return;
    }
    weight_ += elapsed_ns;
    add_queued(elapsed_ns);
    share(elapsed_ns * static_cast<long double>(slots - occupied_));
}

/// Of the queued threads, for how many a CPU would be free were it not for others, and for threads without work. `ns`:
/// what each weighs.
void Sweep::add_queued(long double ns) {
    const std::uint64_t queued = members_[index_of(Group::Queued)];
    const std::uint64_t running = members_[index_of(Group::Running)] + members_[index_of(Group::Spinning)] + burning_;
    const std::uint64_t crowded_out = running >= cpus_ ? 0 : std::min(queued, cpus_ - running);
    crowded_out_ += ns * static_cast<long double>(crowded_out);
    idled_out_ += ns * static_cast<long double>(std::min(queued - crowded_out, burning_));
}

void Sweep::share(long double empty_ns) {
    const auto blamed = std::find_if(kAllGroups.begin(), kAllGroups.end(), [this](Group group) { return has(group); });
    if (blamed == kAllGroups.end()) {
        nobody_ += empty_ns;
        return;
    }
    add_share(blame_, *blamed, empty_ns);
    if (!is_serial(*blamed)) return;
    for (const Group group : {Group::Blocked, Group::Bystander})
        if (has(group)) return add_share(idle_, group, empty_ns);
}

void Sweep::add_share(std::array<long double, kGroups>& integrals, Group group, long double empty_ns) {
    integrals[index_of(group)] += empty_ns / static_cast<long double>(members_[index_of(group)]);
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
    const std::size_t group = index_of(group_of(*state.segment));
    state.blame = blame_[group];
    state.idle = idle_[group];
}

void Sweep::settle(State& state, Amounts& own) {
    const Segment& segment = *state.segment;
    if (occupies_slot(segment.category)) charge(segment.category, segment.stack, weight_ - state.weight);
    const std::size_t group = index_of(group_of(segment));
    charge(blamed_as(segment), segment.stack, blame_[group] - state.blame);
    if (idle_[group] > state.idle) idle_at_[{segment.bystander, segment.stack}] += idle_[group] - state.idle;
    own[segment.category] += static_cast<double>((time_ - state.time) / 1e9L);
}

void Sweep::count(const Segment& segment, int change) {
    const auto step = static_cast<std::uint64_t>(change);  // wraps for -1, as intended
    if (occupies_slot(segment.category)) occupied_ += step;
    if (segment.burns) burning_ += step;
    members_[index_of(group_of(segment))] += step;
}

void Sweep::charge(Category category, StackId stack, long double ns) {
    if (ns <= 0) return;
    charges_[std::uint64_t{static_cast<std::uint32_t>(category)} << 32 | static_cast<std::uint32_t>(stack)] += ns;
}

SlotTotals Sweep::totals() {
    charge(Category::Unknown, StackId::Empty, nobody_);
    SlotTotals result;
    result.per_thread = std::move(per_thread_);
    result.crowded_out_s = static_cast<double>(crowded_out_ / 1e9L);
    result.burnt_s = static_cast<double>(burnt_ / 1e9L);
    result.idled_out_s = static_cast<double>(idled_out_ / 1e9L);
    result.charges.reserve(charges_.size());
    for (const auto& [key, ns] : charges_) {
        const auto category = static_cast<Category>(key >> 32);
        const auto stack = static_cast<StackId>(static_cast<std::uint32_t>(key));
        result.charges.push_back({category, stack, static_cast<double>(ns / 1e9L)});
    }
    std::sort(result.charges.begin(), result.charges.end(), [](const Charge& a, const Charge& b) {
        return std::tie(a.category, a.stack) < std::tie(b.category, b.stack);
    });
    for (const auto& [key, ns] : idle_at_)
        result.idle.push_back({key.second, key.first, static_cast<double>(ns / 1e9L)});
    return result;
}

}  // namespace

SlotTotals sweep_slots(const std::vector<Timeline>& timelines, const Region& region, int n, int cpus) {
    return Sweep(timelines, region, std::max(n, 1), std::max(cpus, 1)).run();
}

}  // namespace ftscale::account
