// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/counter_use.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "account/on_cpu.h"
#include "recording/counter_layout.h"

namespace ftscale::account {
namespace {

using recording::CounterFigure;
using recording::CounterLayout;
using recording::Process;
using recording::Thread;

/// When what a thread has counted is known.
struct Point {
    std::uint64_t time_ns = 0;
    std::uint32_t first_word = recording::kNoCounterWords;  // none: nothing was counted yet
    bool is_sample = false;
};

std::vector<Point> points_of(const Thread& thread) {
    std::vector<Point> points = {{thread.begin_ns, recording::kNoCounterWords, false}};
    for (const recording::Sample& sample : thread.samples)
        if (sample.first_counter_word != recording::kNoCounterWords)
            points.push_back({sample.time_ns, sample.first_counter_word, true});
    for (const recording::CounterReading& reading : thread.readings)
        points.push_back({reading.time_ns, reading.first_word, false});
    std::stable_sort(points.begin(), points.end(),
                     [](const Point& a, const Point& b) { return a.time_ns < b.time_ns; });
    return points;
}

/// What was counted between two points.
struct Step {
    std::uint64_t begin_ns = 0, end_ns = 0;
    bool ends_with_sample = false;
    Counts counts;
};

/// A segment's part of a step.
struct Part {
    const Segment* segment = nullptr;
    double seconds = 0;
};

class ThreadCounter {
  public:
    ThreadCounter(const Process& process, const Thread& thread, const Timeline& timeline, const Region& region)
        : counters_(process.counters),
          thread_(thread),
          timeline_(timeline),
          region_(region),
          layout_(process.counters),
          enabled_(process.counters.size()),
          running_(process.counters.size()) {
        result_.total.assign(process.counters.size(), 0);
        result_.life.assign(process.counters.size(), 0);
        result_.covers.resize(process.counters.size());
    }

    ThreadCounts count() {
        const std::vector<Point> points = points_of(thread_);
        for (std::size_t i = 1; i < points.size(); ++i) take_step(points[i - 1], points[i]);
        for (std::size_t c = 0; c < counters_.size(); ++c) scale(c);
        return std::move(result_);
    }

  private:
    CounterFigure figure(const Point& point, std::size_t counter) const {
        if (point.first_word == recording::kNoCounterWords) return {};
        return layout_.figure(std::span(thread_.counter_words).subspan(point.first_word, layout_.words()), counter);
    }
    void take_step(const Point& from, const Point& to);
    void charge(const Step& step);
    std::vector<Part> parts_of(const Step& step) const;
    void charge_to(const std::vector<Part>& parts, const Step& step, bool user_only);
    void scale(std::size_t counter);

    const std::vector<recording::CounterEvent>& counters_;
    const Thread& thread_;
    const Timeline& timeline_;
    const Region& region_;
    CounterLayout layout_;
    std::vector<double> enabled_, running_;  // of the thread's life, by counter, in seconds
    std::size_t next_segment_ = 0;
    ThreadCounts result_;
};

double growth(std::uint64_t from, std::uint64_t to) { return static_cast<double>(to - std::min(from, to)); }

void ThreadCounter::take_step(const Point& from, const Point& to) {
    Step step{from.time_ns, to.time_ns, to.is_sample, Counts(counters_.size())};
    const std::uint64_t length_ns = to.time_ns - from.time_ns;
    // Two points at one instant: a mark. What was counted between is too little to matter where it cannot be placed.
    const double share = length_ns == 0 ? 0
                                        : static_cast<double>(region_.overlap_ns(from.time_ns, to.time_ns)) /
                                              static_cast<double>(length_ns);
    for (std::size_t c = 0; c < counters_.size(); ++c) {
        const CounterFigure before = figure(from, c), after = figure(to, c);
        const double counted = growth(before.count, after.count);
        const double enabled_s = growth(before.enabled_ns, after.enabled_ns) * 1e-9;
        const double running_s = growth(before.running_ns, after.running_ns) * 1e-9;
        result_.life[c] += counted;
        enabled_[c] += enabled_s;
        running_[c] += running_s;
        step.counts[c] = share * counted;
        result_.covers[c].enabled_s += share * enabled_s;
        result_.covers[c].running_s += share * running_s;
    }
    if (share > 0) charge(step);
}

/// The segments that the step and the region have in common with the thread's time.
std::vector<Part> ThreadCounter::parts_of(const Step& step) const {
    std::vector<Part> parts;
    for (std::size_t i = next_segment_; i < timeline_.size() && timeline_[i].begin_ns < step.end_ns; ++i) {
        const Segment& segment = timeline_[i];
        const std::uint64_t overlap_ns =
            region_.overlap_ns(std::max(segment.begin_ns, step.begin_ns), std::min(segment.end_ns, step.end_ns));
        if (overlap_ns > 0) parts.push_back({&segment, static_cast<double>(overlap_ns) * 1e-9});
    }
    return parts;
}

/// Keeps those that are wanted, unless there is none.
template <typename IsWanted>
std::vector<Part> prefer(const std::vector<Part>& parts, IsWanted is_wanted) {
    std::vector<Part> wanted;
    std::copy_if(parts.begin(), parts.end(), std::back_inserter(wanted),
                 [&](const Part& part) { return is_wanted(*part.segment); });
    return wanted.empty() ? parts : wanted;
}

void ThreadCounter::charge(const Step& step) {
    while (next_segment_ < timeline_.size() && timeline_[next_segment_].end_ns <= step.begin_ns) ++next_segment_;
    std::vector<Part> everywhere = parts_of(step);
    if (everywhere.empty()) return;  // outside of the thread's own time
    const Segment& last = *everywhere.back().segment;
    everywhere = prefer(everywhere, [&](const Segment& segment) {
        if (!step.ends_with_sample) return is_on_cpu(segment.category);
        // What the sample found; with the kernel's part of it, which stands apart.
        return &segment == &last ||
               (is_on_cpu(last.category) && is_on_cpu(segment.category) && segment.stack == last.stack);
    });
    const std::vector<Part> user_side =
        prefer(everywhere, [](const Segment& segment) { return segment.category != Category::Kernel; });
    charge_to(everywhere, step, false);
    charge_to(user_side, step, true);
}

/// What the counters of one kind have counted.
void ThreadCounter::charge_to(const std::vector<Part>& parts, const Step& step, bool user_only) {
    std::vector<std::size_t> meant;
    for (std::size_t c = 0; c < counters_.size(); ++c)
        if (counters_[c].user_only == user_only && step.counts[c] > 0) meant.push_back(c);
    if (meant.empty()) return;
    double all_s = 0;
    for (const Part& part : parts) all_s += part.seconds;
    for (const std::size_t c : meant) result_.total[c] += step.counts[c];
    for (const Part& part : parts) {
        Counts& counts = result_.charges[{part.segment->category, part.segment->stack}];
        counts.resize(counters_.size());
        for (const std::size_t c : meant) counts[c] += step.counts[c] * part.seconds / all_s;
    }
}

void ThreadCounter::scale(std::size_t counter) {
    if (running_[counter] <= 0 || running_[counter] >= enabled_[counter]) return;
    const double factor = enabled_[counter] / running_[counter];
    result_.life[counter] *= factor;
    result_.total[counter] *= factor;
    for (auto& [site, counts] : result_.charges) counts[counter] *= factor;
}

}  // namespace

ThreadCounts count_thread(const Process& process, const Thread& thread, const Timeline& timeline,
                          const Region& region) {
    if (process.counters.empty()) return {};
    return ThreadCounter(process, thread, timeline, region).count();
}

void add_counts(Counts& sum, const Counts& more) {
    sum.resize(std::max(sum.size(), more.size()));
    std::transform(more.begin(), more.end(), sum.begin(), sum.begin(), std::plus<>());
}

}  // namespace ftscale::account
