// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/slices.h"

#include <cmath>

namespace ftscale::exports {
namespace {

using analysis::CallTree;
using analysis::Span;

std::int64_t microseconds(double seconds) { return std::llround(seconds * 1e6); }

/// Joins spans while they come.
class Joiner {
  public:
    Joiner(const CallTree& tree, std::int64_t resolution_us) : tree_(tree), resolution_us_(resolution_us) {}

    void add(const Span& span) {
        const std::int64_t begin_us = microseconds(span.begin_s), end_us = microseconds(span.end_s);
        if (begin_us >= end_us) return;  // leaves no gap: its neighbours meet there
        if (is_open_ && (begin_us != open_.end_us || !(is_short(open_) || shows_same(*open_.span, span)))) close();
        if (!is_open_) {
            open_ = {begin_us, end_us, &span};
            is_open_ = true;
            return;
        }
        open_.end_us = end_us;
        if (span.seconds() > open_.span->seconds()) open_.span = &span;
    }

    Slices take() {
        if (is_open_) close();
        return std::move(slices_);
    }

  private:
    bool is_short(const Slice& slice) const { return slice.end_us - slice.begin_us < resolution_us_; }

    bool shows_same(const Span& a, const Span& b) const {
        return a.category == b.category && a.lock == b.lock && a.is_wait == b.is_wait &&
               function_of(a.node) == function_of(b.node);
    }
    std::uint32_t function_of(std::uint32_t node) const {
        return node == 0 ? static_cast<std::uint32_t>(tree_.functions.size()) : tree_.nodes[node].function;
    }

    void close() {
        is_open_ = false;
        const bool touches = !slices_.empty() && slices_.back().end_us == open_.begin_us;
        if (touches && (is_short(open_) || shows_same(*slices_.back().span, *open_.span))) {
            Slice& last = slices_.back();
            last.end_us = open_.end_us;
            if (open_.span->seconds() > last.span->seconds()) last.span = open_.span;
        } else {
            slices_.push_back(open_);
        }
    }

    const CallTree& tree_;
    const std::int64_t resolution_us_;
    Slices slices_;
    Slice open_;
    bool is_open_ = false;
};

}  // namespace

Slices make_slices(const std::vector<Span>& spans, const CallTree& tree, std::int64_t resolution_us) {
    Joiner joiner(tree, resolution_us);
    for (const Span& span : spans) joiner.add(span);
    return joiner.take();
}

Timeline make_timeline(const analysis::RunProfile& run, const CallTree& tree, std::size_t most_slices) {
    for (std::int64_t resolution_us = 1;; resolution_us *= 2) {
        Timeline timeline{resolution_us, {}};
        std::size_t count = 0;
        for (const analysis::ThreadProfile& thread : run.thread_profiles) {
            timeline.threads.push_back(make_slices(thread.spans, tree, resolution_us));
            count += timeline.threads.back().size();
        }
        // A slice for each thread is as few as there can be.
        if (count <= most_slices || resolution_us > microseconds(run.wall_s)) return timeline;
    }
}

}  // namespace ftscale::exports
