// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/recorded_time.h"

#include <algorithm>
#include <limits>

namespace ftscale::account {
namespace {

constexpr std::uint64_t kForEver = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kMostLevels = 30;
/// Where so little of a stretch was recorded, that it would stand for too much: other stretches have to.
constexpr double kMostWeightBeyond = 4;

std::vector<format::Thinning> in_order(const recording::RunTrace& trace) {
    std::vector<format::Thinning> all;
    for (const recording::Process& process : trace.processes)
        std::copy_if(process.thinnings.begin(), process.thinnings.end(), std::back_inserter(all),
                     [](const format::Thinning& thinning) {
                         return thinning.event_level <= kMostLevels && thinning.window_ns > 0 &&
                                thinning.window_ns < std::uint64_t{1} << kMostLevels;
                     });
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.from_ns < b.from_ns; });
    return all;
}

}  // namespace

RecordedTime::RecordedTime(const recording::RunTrace& trace) : stretches_(1) {
    std::uint32_t level = 0;
    for (const format::Thinning& thinning : in_order(trace)) {
        if (thinning.event_level <= level) continue;  // samples only
        level = thinning.event_level;
        stretches_.back().end_ns = thinning.from_ns;
        stretches_.push_back({thinning.from_ns, 0, thinning.window_ns, thinning.window_ns << level});
    }
    stretches_.back().end_ns = kForEver;
}

std::uint64_t RecordedTime::Part::recorded_ns() const {
    std::uint64_t sum = 0;
    for (const auto& [begin, end] : intervals) sum += end - begin;
    return sum;
}

const RecordedTime::Stretch& RecordedTime::stretch_at(std::uint64_t time_ns) const {
    return *std::find_if(stretches_.begin(), std::prev(stretches_.end()),
                         [time_ns](const Stretch& stretch) { return time_ns < stretch.end_ns; });
}

bool RecordedTime::is_recorded(std::uint64_t time_ns) const {
    const Stretch& stretch = stretch_at(time_ns);
    return stretch.every_ns == 0 || time_ns % stretch.every_ns < stretch.window_ns;
}

std::uint64_t RecordedTime::next_change(std::uint64_t time_ns) const {
    const Stretch& stretch = stretch_at(time_ns);
    if (stretch.every_ns == 0) return stretch.end_ns == kForEver ? 0 : stretch.end_ns;
    const std::uint64_t begin = time_ns / stretch.every_ns * stretch.every_ns;
    const bool inside = time_ns < begin + stretch.window_ns;
    return std::min(begin + (inside ? stretch.window_ns : stretch.every_ns), stretch.end_ns);
}

void RecordedTime::add_windows(const Stretch& stretch, std::uint64_t begin_ns, std::uint64_t end_ns, Part& part) {
    if (stretch.every_ns == 0) return part.intervals.emplace_back(begin_ns, end_ns), void();
    for (std::uint64_t at = begin_ns / stretch.every_ns * stretch.every_ns; at < end_ns; at += stretch.every_ns) {
        const std::uint64_t from = std::max(at, begin_ns), to = std::min(at + stretch.window_ns, end_ns);
        if (from < to) part.intervals.emplace_back(from, to);
    }
}

RecordedTime::Part RecordedTime::part_of(const Region& region, const Stretch& stretch) const {
    Part part;
    for (const auto& [begin, end] : region.intervals()) {
        const std::uint64_t from = std::max(begin, stretch.begin_ns), to = std::min(end, stretch.end_ns);
        if (from >= to) continue;
        part.length_ns += to - from;
        add_windows(stretch, from, to, part);
    }
    return part;
}

Region RecordedTime::weigh(const Region& region) const {
    if (stretches_.size() == 1) return region;
    std::vector<Region::Interval> intervals;
    std::vector<double> weights;
    double stood_for_ns = 0;
    for (const Stretch& stretch : stretches_) {
        const Part part = part_of(region, stretch);
        const auto recorded = static_cast<double>(part.recorded_ns()), length = static_cast<double>(part.length_ns);
        const double usual =
            stretch.every_ns == 0 ? 1 : static_cast<double>(stretch.every_ns) / static_cast<double>(stretch.window_ns);
        if (recorded <= 0 || length / recorded > usual * kMostWeightBeyond) continue;
        stood_for_ns += length;
        intervals.insert(intervals.end(), part.intervals.begin(), part.intervals.end());
        weights.insert(weights.end(), part.intervals.size(), length / recorded);
    }
    if (intervals.empty()) return region;
    for (double& weight : weights) weight *= static_cast<double>(region.length_ns()) / stood_for_ns;
    return {std::move(intervals), std::move(weights), region.length_ns()};
}

}  // namespace ftscale::account
