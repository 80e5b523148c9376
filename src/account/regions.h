// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What part of a run is measured: a set of intervals of wall time. Where only some of it was recorded, these stand for
// the rest: each has a weight, and lengths are those of what they stand for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "recording/recording.h"

namespace ftscale::account {

class Region {
  public:
    using Interval = std::pair<std::uint64_t, std::uint64_t>;  // begin, end

    Region() = default;
    /// The union of the intervals; empty ones do not count.
    explicit Region(std::vector<Interval> intervals);
    /// Intervals in order, none overlapping another, with a weight each; their lengths times weights sum to
    /// `length_ns`.
    Region(std::vector<Interval> intervals, std::vector<double> weights, std::uint64_t length_ns);

    const std::vector<Interval>& intervals() const { return intervals_; }  // in order, apart from each other
    std::uint64_t length_ns() const { return measured_.empty() ? 0 : measured_.back(); }
    /// How much of the region lies between the two instants, or is stood for by what does.
    std::uint64_t overlap_ns(std::uint64_t begin_ns, std::uint64_t end_ns) const;
    double weight(std::size_t interval) const { return weights_.empty() ? 1 : weights_[interval]; }
    /// What something that happens at this moment stands for; 0: it is outside.
    double weight_at(std::uint64_t time_ns) const;
    /// Calls `visit(begin, end)` for each part of the region between the two instants, in order.
    template <typename Visit>
    void for_each_part(std::uint64_t begin_ns, std::uint64_t end_ns, Visit visit) const {
        for (std::size_t i = interval_after(begin_ns); i < intervals_.size() && intervals_[i].first < end_ns; ++i)
            visit(std::max(begin_ns, intervals_[i].first), std::min(end_ns, intervals_[i].second));
    }
    bool is_weighted() const { return !weights_.empty(); }

  private:
    std::size_t interval_after(std::uint64_t time_ns) const;
    std::uint64_t length_before(std::uint64_t time_ns) const;

    std::vector<Interval> intervals_;
    std::vector<double> weights_;          // none: all are 1
    std::vector<std::uint64_t> measured_;  // length of the region up to the end of each interval
};

/// When nothing of the run went on any more: its process was reaped, else the last thing recorded.
std::uint64_t run_end_ns(const recording::RunTrace& trace, const recording::Run& run);

/// From the script's first line to its end. Empty where the script never began.
Region script_region(const recording::RunTrace& trace, const recording::Run& run);

/// The regions the script marked, by name; clipped to the run.
std::map<std::string, Region> marked_regions(const recording::RunTrace& trace, const recording::Run& run);

/// Everything in any of them.
Region union_of(const std::map<std::string, Region>& regions);

}  // namespace ftscale::account
