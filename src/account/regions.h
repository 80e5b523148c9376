// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What part of a run is measured: a set of intervals of wall time.
#pragma once

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

    const std::vector<Interval>& intervals() const { return intervals_; }  // in order, apart from each other
    std::uint64_t length_ns() const { return measured_.empty() ? 0 : measured_.back(); }
    /// How much of the region lies between the two instants.
    std::uint64_t overlap_ns(std::uint64_t begin_ns, std::uint64_t end_ns) const;

  private:
    std::uint64_t length_before(std::uint64_t time_ns) const;

    std::vector<Interval> intervals_;
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
