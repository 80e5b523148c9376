// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/timeline.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <optional>

namespace ftscale::account {
namespace {

using recording::Sample;
using recording::StackId;

// Below this, wall time in excess of CPU time between two samples is taken for clock noise and short interrupts.
constexpr std::uint64_t kNoiseNs = 500'000;
// CPU time a blocking call takes for itself: entering the kernel, the context switch.
constexpr std::uint64_t kCpuPerWaitNs = 10'000;

enum class Kind : std::uint8_t { OnCpu, RunQueue, Unknown, Stalled };

/// A part of the timeline before it is known which sample covers it.
struct Piece {
    std::uint64_t begin_ns = 0;
    std::uint64_t end_ns = 0;
    std::uint32_t window =
        0;  // the samples' interval it lies in: ends with the sample of the same index; the last has no sample
    std::uint32_t stall = 0;  // Kind::Stalled
    Kind kind = Kind::OnCpu;
    bool unseen = false;  // waits were not recorded then
    std::uint64_t length() const { return end_ns - begin_ns; }
};

/// The time between two samples of the thread.
struct Window {
    std::uint64_t begin_ns = 0, end_ns = 0;
    std::optional<std::uint64_t> cpu_ns;        // spent within it; empty: not known
    std::optional<std::uint64_t> run_delay_ns;  // likewise
};

class TimelineBuilder {
  public:
    TimelineBuilder(const recording::Thread& thread, const std::vector<Stall>& stalls,
                    const std::vector<SampleUse>& uses, const Sites& sites, const TimelineContext& context)
        : thread_(thread),
          stalls_(stalls),
          uses_(uses),
          sites_(sites),
          context_(context),
          noise_ns_(std::max(kNoiseNs, context.period_ns / 2)) {}

    Timeline build() {
        const std::size_t samples = thread_.samples.size();
        sample_is_outside_.assign(samples, true);
        for (std::size_t j = 0; j <= samples; ++j) {
            const Window window = window_at(j);
            lay_out(window, static_cast<std::uint32_t>(j));
            if (window.cpu_ns) balance(window);
            if (j < samples) sample_is_outside_[j] = !ends_stalled();
            spun_ns_.push_back(spun_ns());
            pieces_.insert(pieces_.end(), scratch_.begin(), scratch_.end());
        }
        return emit();
    }

  private:
    Window window_at(std::size_t j);
    Window tail_window(std::uint64_t begin_ns) const;
    void lay_out(const Window& window, std::uint32_t index);
    void add_on_cpu(std::uint64_t begin_ns, std::uint64_t end_ns, std::uint32_t index);
    void balance(const Window& window);
    void mark_off_cpu(std::uint64_t run_queue_ns, std::uint64_t unknown_ns);
    std::uint64_t run_queue_share(const Window& window, std::uint64_t excess_ns) const;
    bool ends_stalled() const;
    std::uint64_t spun_ns() const;
    static constexpr std::uint32_t kNoSample = 0xffffffff;

    std::vector<std::uint32_t> covering_samples() const;
    double kernel_share(std::uint32_t index) const;
    Segment on_cpu_segment(const Piece& piece, std::uint32_t sample) const;
    Segment queued_segment(const Piece& piece, const Segment& on_cpu) const;
    bool is_bystander(StackId stack) const;
    Segment stalled_segment(const Piece& piece) const;
    void emit_on_cpu(Segment segment, double kernel, Timeline& timeline);
    static void emit_with_kernel(const Segment& segment, double kernel, Timeline& timeline);
    static void append(const Segment& segment, Timeline& timeline);
    Timeline emit();

    const recording::Thread& thread_;
    const std::vector<Stall>& stalls_;
    const std::vector<SampleUse>& uses_;
    const Sites& sites_;
    const TimelineContext& context_;
    std::uint64_t noise_ns_;
    std::uint64_t last_time_ns_ = 0, last_cpu_ns_ = 0, last_run_delay_ns_ = 0, longest_cpu_ns_ = 0;
    std::size_t next_stall_ = 0;
    std::vector<Piece> scratch_;  // of the window at hand
    std::vector<Piece> pieces_;
    std::vector<bool> sample_is_outside_;  // of stalls
    std::vector<std::uint64_t> spun_ns_;   // by window
    std::size_t next_collection_ = 0;
};

Window TimelineBuilder::window_at(std::size_t j) {
    if (j == 0) last_time_ns_ = std::min(thread_.begin_ns, context_.end_ns);
    if (j == thread_.samples.size()) return tail_window(last_time_ns_);
    const Sample& sample = thread_.samples[j];
    Window window{last_time_ns_, std::clamp(sample.time_ns, last_time_ns_, context_.end_ns), std::nullopt,
                  std::nullopt};
    window.cpu_ns = sample.cpu_ns - std::min(sample.cpu_ns, last_cpu_ns_);
    longest_cpu_ns_ = std::max(longest_cpu_ns_, *window.cpu_ns);
    if (sample.run_delay_ns) {
        window.run_delay_ns = *sample.run_delay_ns - std::min(*sample.run_delay_ns, last_run_delay_ns_);
        last_run_delay_ns_ = *sample.run_delay_ns;
    }
    last_time_ns_ = window.end_ns;
    last_cpu_ns_ = sample.cpu_ns;
    return window;
}

/// After the last sample. The thread's own totals say how much of it was CPU time; failing that, it was less than a
/// sample's worth.
Window TimelineBuilder::tail_window(std::uint64_t begin_ns) const {
    Window window{begin_ns, std::max(begin_ns, context_.end_ns), std::nullopt, std::nullopt};
    const auto& stat = thread_.stat;
    const bool is_final = stat && thread_.end_ns && stat->cpu_ns >= last_cpu_ns_;
    if (is_final) {
        window.cpu_ns = stat->cpu_ns - last_cpu_ns_;
        if (stat->run_delay_ns != format::kUnknownNs && stat->run_delay_ns >= last_run_delay_ns_)
            window.run_delay_ns = stat->run_delay_ns - last_run_delay_ns_;
    } else if (context_.period_ns != 0) {
        window.cpu_ns = std::max(context_.period_ns, longest_cpu_ns_);
    }
    return window;
}

/// Splits the window into the stalls in it and the time between them.
void TimelineBuilder::lay_out(const Window& window, std::uint32_t index) {
    scratch_.clear();
    std::uint64_t at = window.begin_ns;
    while (next_stall_ < stalls_.size() && stalls_[next_stall_].end_ns <= at) ++next_stall_;
    for (std::size_t s = next_stall_; at < window.end_ns; ++s) {
        const bool more = s < stalls_.size() && stalls_[s].begin_ns < window.end_ns;
        const std::uint64_t begin = more ? std::max(stalls_[s].begin_ns, at) : window.end_ns;
        add_on_cpu(at, begin, index);
        if (!more) break;
        at = std::min(stalls_[s].end_ns, window.end_ns);
        scratch_.push_back({begin, at, index, static_cast<std::uint32_t>(s), Kind::Stalled});
    }
}

/// Apart from each other: what was recorded, and what was not.
void TimelineBuilder::add_on_cpu(std::uint64_t begin_ns, std::uint64_t end_ns, std::uint32_t index) {
    while (begin_ns < end_ns) {
        std::uint64_t to_ns = context_.recorded == nullptr ? 0 : context_.recorded->next_change(begin_ns);
        if (to_ns == 0 || to_ns > end_ns) to_ns = end_ns;
        const bool unseen = context_.recorded != nullptr && !context_.recorded->is_recorded(begin_ns);
        scratch_.push_back({begin_ns, to_ns, index, 0, Kind::OnCpu, unseen});
        begin_ns = to_ns;
    }
}

/// Compares wall time with CPU time: I/O that burnt CPU was copying from the page cache; wall time without CPU was
/// spent off CPU.
void TimelineBuilder::balance(const Window& window) {
    std::uint64_t outside = 0, spinning = 0, io = 0, overhead = 0;
    for (const Piece& piece : scratch_) {
        const Category category = piece.kind == Kind::Stalled ? stalls_[piece.stall].category : Category::Work;
        if (piece.kind == Kind::OnCpu)
            outside += piece.length();
        else if (category == Category::Spin)
            spinning += piece.length();
        else if (category == Category::Io)
            io += piece.length();
        else
            overhead += std::min(piece.length(), kCpuPerWaitNs);
    }
    const std::uint64_t cpu = *window.cpu_ns;
    if (io > 0 && cpu > outside + spinning + overhead + io / 2) {
        for (Piece& piece : scratch_)
            if (piece.kind == Kind::Stalled && stalls_[piece.stall].category == Category::Io) piece.kind = Kind::OnCpu;
        outside += io;
    }
    const std::uint64_t wall = outside + spinning;
    if (wall <= cpu || outside == 0) return;
    // A spin may itself have been descheduled: both kinds of time bear the excess alike.
    const auto excess = static_cast<std::uint64_t>(static_cast<double>(wall - cpu) * static_cast<double>(outside) /
                                                   static_cast<double>(wall));
    if (excess <= noise_ns_) return;
    const std::uint64_t queued = run_queue_share(window, excess);
    mark_off_cpu(queued, excess - queued);
}

std::uint64_t TimelineBuilder::run_queue_share(const Window& window, std::uint64_t excess_ns) const {
    if (!window.run_delay_ns) return context_.oversubscribed ? excess_ns : 0;
    const std::uint64_t queued = std::min(excess_ns, *window.run_delay_ns);
    return excess_ns - queued <= noise_ns_ && queued > 0 ? excess_ns : queued;
}

/// Where its waits were not recorded first, then longest stretches: there a thread that was away most likely was.
void TimelineBuilder::mark_off_cpu(std::uint64_t run_queue_ns, std::uint64_t unknown_ns) {
    std::vector<std::size_t> order(scratch_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase_if(order, [this](std::size_t i) { return scratch_[i].kind != Kind::OnCpu; });
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
        const Piece &first = scratch_[a], &second = scratch_[b];
        return first.unseen != second.unseen ? first.unseen : first.length() > second.length();
    });
    std::vector<std::pair<std::uint64_t, std::uint64_t>> away(scratch_.size());  // by piece: in the run queue, unknown
    for (std::size_t i : order) {
        away[i].first = std::min(run_queue_ns, scratch_[i].length());
        away[i].second = std::min(unknown_ns, scratch_[i].length() - away[i].first);
        run_queue_ns -= away[i].first;
        unknown_ns -= away[i].second;
    }
    std::vector<Piece> split;
    for (std::size_t i = 0; i < scratch_.size(); ++i) {
        Piece piece = scratch_[i];
        const auto take = [&](std::uint64_t length, Kind kind) {
            if (length == 0) return;
            split.push_back({piece.begin_ns, piece.begin_ns + length, piece.window, piece.stall, kind, piece.unseen});
            piece.begin_ns += length;
        };
        take(away[i].first, Kind::RunQueue);
        take(away[i].second, Kind::Unknown);
        take(piece.length(), piece.kind);
    }
    scratch_ = std::move(split);
}

bool TimelineBuilder::ends_stalled() const { return !scratch_.empty() && scratch_.back().kind == Kind::Stalled; }

/// How long the window at hand was spent spinning.
std::uint64_t TimelineBuilder::spun_ns() const {
    std::uint64_t sum = 0;
    for (const Piece& piece : scratch_)
        if (piece.kind == Kind::Stalled && stalls_[piece.stall].category == Category::Spin) sum += piece.length();
    return sum;
}

/// For each window the sample its on-CPU time is charged to. A sample taken inside a stall (spinning, copying) says
/// nothing about the work before the stall: the next one outside does.
std::vector<std::uint32_t> TimelineBuilder::covering_samples() const {
    const std::size_t samples = thread_.samples.size();
    std::vector<std::uint32_t> covering(samples + 1, kNoSample);
    std::uint32_t next = kNoSample;
    for (std::size_t j = samples; j-- > 0;) {
        if (sample_is_outside_[j]) next = static_cast<std::uint32_t>(j);
        covering[j] = next;
    }
    std::uint32_t last = samples > 0 ? static_cast<std::uint32_t>(samples - 1) : kNoSample;
    for (std::size_t j = 0; j < samples; ++j)
        if (sample_is_outside_[j]) last = static_cast<std::uint32_t>(j);
    for (std::size_t j = samples + 1; j-- > 0 && covering[j] == kNoSample;) covering[j] = last;
    return covering;
}

/// How much of the on-CPU time that a sample speaks for was spent in the kernel, 0 to 1.
double TimelineBuilder::kernel_share(std::uint32_t index) const {
    if (index == kNoSample) return 0;
    const Sample& sample = thread_.samples[index];
    if (sample.ticks > 0) return static_cast<double>(sample.kernel_ticks) / sample.ticks;
    if (!context_.kernel_excluded || context_.period_ns == 0) return 0;
    // A tick that finds the thread in the kernel triggers no sample: what passed beyond one period was spent there. So
    // are most ticks of a spin, which is a row of system calls and has its time already.
    const std::uint64_t before = (index == 0 ? 0 : thread_.samples[index - 1].cpu_ns) + spun_ns_[index];
    const double periods = static_cast<double>(sample.cpu_ns - std::min(sample.cpu_ns, before)) /
                           (static_cast<double>(context_.period_ns) * (1 + sample.left_out));
    return periods > 1.5 ? 1 - 1 / periods : 0;
}

Segment TimelineBuilder::on_cpu_segment(const Piece& piece, std::uint32_t sample) const {
    Segment segment{piece.begin_ns, piece.end_ns};
    if (sample == kNoSample) {  // where it was is not known, but what it was started with; never that it waited
        segment.stack = thread_.start_stack;
        return segment;
    }
    segment.stack = thread_.samples[sample].stack;
    if (sites_.traits(segment.stack).has(FrameRole::GarbageCollection)) {
        segment.category = Category::Gc;
    } else if (sites_.traits(segment.stack).idles) {
        segment.category = Category::Starved;
        segment.bystander = segment.burns = true;
    } else if (sample < uses_.size()) {
        segment.category = uses_[sample].category;
        segment.object = uses_[sample].object;
        segment.lock = uses_[sample].lock;
    }
    return segment;
}

/// One that has nothing to do needs no CPU either.
Segment TimelineBuilder::queued_segment(const Piece& piece, const Segment& on_cpu) const {
    Segment segment{piece.begin_ns, piece.end_ns, Category::RunQueue, on_cpu.stack};
    if (!sites_.traits(on_cpu.stack).idles) return segment;
    segment.category = Category::Starved;
    segment.bystander = true;
    return segment;
}

/// A pool's thread without a task is in no function of the user's, and a library's own in none of Python.
bool TimelineBuilder::is_bystander(StackId stack) const {
    if (stack == StackId::Empty) return false;
    const StackTraits& traits = sites_.traits(stack);
    return traits.joins || !traits.is_users;
}

Segment TimelineBuilder::stalled_segment(const Piece& piece) const {
    const Stall& stall = stalls_[piece.stall];
    Segment segment{piece.begin_ns, piece.end_ns, stall.category, stall.stack};
    segment.stall = piece.stall;
    segment.bystander = stall.category == Category::Starved && is_bystander(stall.stack);
    segment.burns = stall.burns;
    return segment;
}

/// Appends on-CPU time: what lies within a garbage collection as such, the rest as its sample says.
void TimelineBuilder::emit_on_cpu(Segment segment, double kernel, Timeline& timeline) {
    const auto& collections = thread_.collections;
    while (next_collection_ < collections.size() &&
           collections[next_collection_].end_ns.value_or(context_.end_ns) <= segment.begin_ns)
        ++next_collection_;
    for (std::size_t c = next_collection_; c < collections.size() && collections[c].begin_ns < segment.end_ns; ++c) {
        const std::uint64_t end_ns = std::min(collections[c].end_ns.value_or(context_.end_ns), segment.end_ns);
        if (end_ns <= segment.begin_ns) continue;
        Segment before = segment;
        before.end_ns = std::max(collections[c].begin_ns, segment.begin_ns);
        emit_with_kernel(before, kernel, timeline);
        append({before.end_ns, end_ns, Category::Gc, collections[c].stack}, timeline);
        segment.begin_ns = end_ns;
    }
    emit_with_kernel(segment, kernel, timeline);
}

void TimelineBuilder::emit_with_kernel(const Segment& segment, double kernel, Timeline& timeline) {
    if (segment.category == Category::Starved) kernel = 0;  // yielding is idling, too
    if (segment.lock != LockIndex::None) kernel = 0;  // waking who waits for the lock is a system call: the lock's cost
    Segment in_kernel = segment;
    in_kernel.end_ns = segment.begin_ns + static_cast<std::uint64_t>(kernel * static_cast<double>(segment.length_ns()));
    in_kernel.category = Category::Kernel;
    in_kernel.object = ObjectIndex::None;
    in_kernel.lock = LockIndex::None;
    append(in_kernel, timeline);
    Segment rest = segment;
    rest.begin_ns = in_kernel.end_ns;
    append(rest, timeline);
}

void TimelineBuilder::append(const Segment& segment, Timeline& timeline) {
    if (segment.end_ns <= segment.begin_ns) return;
    const auto goes_on = [&segment](const Segment& before) {
        return before.category == segment.category && before.stack == segment.stack &&
               before.object == segment.object && before.lock == segment.lock && before.stall == segment.stall &&
               before.burns == segment.burns;
    };
    if (!timeline.empty() && goes_on(timeline.back()))
        timeline.back().end_ns = segment.end_ns;
    else
        timeline.push_back(segment);
}

[[maybe_unused]] bool is_in_order(const Timeline& timeline) {
    return std::adjacent_find(timeline.begin(), timeline.end(), [](const Segment& a, const Segment& b) {
               return a.end_ns > b.begin_ns;
           }) == timeline.end();
}

Timeline TimelineBuilder::emit() {
    const std::vector<std::uint32_t> samples = covering_samples();
    Timeline timeline;
    for (const Piece& piece : pieces_) {
        const Segment on_cpu = on_cpu_segment(piece, samples[piece.window]);
        switch (piece.kind) {
            case Kind::OnCpu:
                emit_on_cpu(on_cpu, kernel_share(samples[piece.window]), timeline);
                break;
            case Kind::Stalled:
                append(stalled_segment(piece), timeline);
                break;
            case Kind::RunQueue:
                append(queued_segment(piece, on_cpu), timeline);
                break;
            case Kind::Unknown:
                append({piece.begin_ns, piece.end_ns, Category::Unknown, on_cpu.stack}, timeline);
                break;
        }
    }
    timeline.shrink_to_fit();
    assert(is_in_order(timeline));
    return timeline;
}

}  // namespace

Timeline make_timeline(const recording::Thread& thread, const std::vector<Stall>& stalls,
                       const std::vector<SampleUse>& uses, const Sites& sites, const TimelineContext& context) {
    return TimelineBuilder(thread, stalls, uses, sites, context).build();
}

}  // namespace ftscale::account
