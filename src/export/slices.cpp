// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/slices.h"

#include <array>
#include <bit>
#include <cmath>
#include <optional>

namespace ftscale::exports {
namespace {

using analysis::CallTree;
using analysis::Span;

std::int64_t microseconds(double seconds) { return std::llround(seconds * 1e6); }

/// The spans of a slice: what they show together is the state that takes most of their time.
class Mixture {
  public:
    explicit Mixture(const Span& span) { add(span); }
    void add(const Span& span) {
        seconds_[span.category] += span.seconds();
        const Span*& longest = longest_[static_cast<std::size_t>(span.category)];
        if (longest == nullptr || span.seconds() > longest->seconds()) longest = &span;
        if (seconds_[span.category] > seconds_[main_]) main_ = span.category;
    }
    void add(const Mixture& other) {
        for (const account::Category category : account::kAllCategories) {
            const Span* theirs = other.longest(category);
            if (theirs == nullptr) continue;
            const Span*& ours = longest_[static_cast<std::size_t>(category)];
            if (ours == nullptr || theirs->seconds() > ours->seconds()) ours = theirs;
            seconds_[category] += other.seconds_[category];
            if (seconds_[category] > seconds_[main_]) main_ = category;
        }
    }
    /// The longest in the main state.
    const Span& shown() const { return *longest(main_); }

  private:
    const Span* longest(account::Category category) const { return longest_[static_cast<std::size_t>(category)]; }

    account::Amounts seconds_;
    std::array<const Span*, account::kCategoryCount> longest_{};
    account::Category main_{};
};

/// Joins spans while they come.
class Joiner {
  public:
    Joiner(const CallTree& tree, std::int64_t resolution_us) : tree_(tree), resolution_us_(resolution_us) {}

    void add(const Span& span) {
        const std::int64_t begin_us = microseconds(span.begin_s), end_us = microseconds(span.end_s);
        if (begin_us >= end_us) return;  // leaves no gap: its neighbours meet there
        if (open_ && (begin_us != open_->end_us || !(is_short(*open_) || shows_same(open_->spans.shown(), span))))
            close();
        if (!open_) {
            open_ = Part{begin_us, end_us, Mixture(span)};
            return;
        }
        open_->end_us = end_us;
        open_->spans.add(span);
    }

    Slices take() {
        if (open_) close();
        if (closed_) put();
        return std::move(slices_);
    }

  private:
    struct Part {
        std::int64_t begin_us = 0, end_us = 0;
        Mixture spans;
    };

    bool is_short(const Part& part) const { return part.end_us - part.begin_us < resolution_us_; }

    bool shows_same(const Span& a, const Span& b) const {
        return a.category == b.category && a.lock == b.lock && a.is_wait == b.is_wait &&
               function_of(a.node) == function_of(b.node);
    }
    std::uint32_t function_of(std::uint32_t node) const {
        return node == 0 ? static_cast<std::uint32_t>(tree_.functions.size()) : tree_.nodes[node].function;
    }

    /// The one before may still take it in.
    void close() {
        const bool touches = closed_ && closed_->end_us == open_->begin_us;
        if (touches && (is_short(*open_) || shows_same(closed_->spans.shown(), open_->spans.shown()))) {
            closed_->end_us = open_->end_us;
            closed_->spans.add(open_->spans);
        } else {
            if (closed_) put();
            closed_ = open_;
        }
        open_.reset();
    }
    void put() { slices_.push_back({closed_->begin_us, closed_->end_us, &closed_->spans.shown()}); }

    const CallTree& tree_;
    const std::int64_t resolution_us_;
    Slices slices_;
    std::optional<Part> open_, closed_;
};

}  // namespace

Slices make_slices(const std::vector<Span>& spans, const CallTree& tree, std::int64_t resolution_us) {
    Joiner joiner(tree, resolution_us);
    for (const Span& span : spans) joiner.add(span);
    return joiner.take();
}

namespace {

Timeline timeline_at(const analysis::RunProfile& run, const CallTree& tree, std::int64_t resolution_us) {
    Timeline timeline{resolution_us, {}};
    for (const analysis::ThreadProfile& thread : run.thread_profiles)
        timeline.threads.push_back(make_slices(thread.spans, tree, resolution_us));
    return timeline;
}

std::size_t count_slices(const Timeline& timeline) {
    std::size_t count = 0;
    for (const Slices& slices : timeline.threads) count += slices.size();
    return count;
}

}  // namespace

Timeline make_timeline(const analysis::RunProfile& run, const CallTree& tree, std::size_t most_slices) {
    // The finest power of two that is coarse enough; at that of the whole run there is a slice for each thread.
    int fine = 0, coarse = std::bit_width(static_cast<std::uint64_t>(microseconds(run.wall_s)));
    while (fine < coarse) {
        const int between = (fine + coarse) / 2;
        if (count_slices(timeline_at(run, tree, std::int64_t{1} << between)) <= most_slices)
            coarse = between;
        else
            fine = between + 1;
    }
    return timeline_at(run, tree, std::int64_t{1} << coarse);
}

}  // namespace ftscale::exports
