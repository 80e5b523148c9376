// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/regions.h"

#include <algorithm>

namespace ftscale::account {

Region::Region(std::vector<Interval> intervals) {
    std::sort(intervals.begin(), intervals.end());
    for (const auto& [begin, end] : intervals) {
        if (end <= begin) continue;
        if (!intervals_.empty() && begin <= intervals_.back().second)
            intervals_.back().second = std::max(intervals_.back().second, end);
        else
            intervals_.emplace_back(begin, end);
    }
    for (const auto& [begin, end] : intervals_) measured_.push_back(length_ns() + (end - begin));
}

Region::Region(std::vector<Interval> intervals, std::vector<double> weights, std::uint64_t length_ns)
    : intervals_(std::move(intervals)), weights_(std::move(weights)) {
    long double sum = 0;
    for (std::size_t i = 0; i < intervals_.size(); ++i) {
        sum += static_cast<long double>(weights_[i]) *
               static_cast<long double>(intervals_[i].second - intervals_[i].first);
        measured_.push_back(std::min(static_cast<std::uint64_t>(sum), length_ns));
    }
    if (!measured_.empty()) measured_.back() = length_ns;
}

std::uint64_t Region::overlap_ns(std::uint64_t begin_ns, std::uint64_t end_ns) const {
    return end_ns <= begin_ns ? 0 : length_before(end_ns) - length_before(begin_ns);
}

/// The first that ends behind it.
std::size_t Region::interval_after(std::uint64_t time_ns) const {
    const auto after =
        std::upper_bound(intervals_.begin(), intervals_.end(), time_ns,
                         [](std::uint64_t time, const Interval& interval) { return time < interval.second; });
    return static_cast<std::size_t>(after - intervals_.begin());
}

std::uint64_t Region::length_before(std::uint64_t time_ns) const {
    const std::size_t index = interval_after(time_ns);
    const std::uint64_t whole = index == 0 ? 0 : measured_[index - 1];
    if (index == intervals_.size() || time_ns <= intervals_[index].first) return whole;
    const std::uint64_t inside = time_ns - intervals_[index].first;
    if (weights_.empty()) return whole + inside;
    const auto weighted = static_cast<std::uint64_t>(static_cast<double>(inside) * weights_[index]);
    return std::min(whole + weighted, measured_[index]);
}

double Region::weight_at(std::uint64_t time_ns) const {
    const std::size_t index = interval_after(time_ns);
    return index < intervals_.size() && time_ns >= intervals_[index].first ? weight(index) : 0;
}

std::uint64_t run_end_ns(const recording::RunTrace& trace, const recording::Run& run) {
    if (run.ended_ns != 0) return run.ended_ns;
    std::uint64_t last = 0;
    for (const recording::Process& process : trace.processes) {
        last = std::max(last, process.exit_ns.value_or(0));
        for (const recording::Thread& thread : process.threads)
            last = std::max({last, thread.last_ns, thread.end_ns.value_or(0)});
    }
    return last;
}

namespace {

/// The script's process may have gone on as another program, which left a stream of its own.
const recording::Process& last_program(const recording::RunTrace& trace) {
    const recording::Process* last = &trace.processes.front();
    for (const recording::Process& next : trace.processes)
        if (last->exec_ns && next.pid == last->pid && next.begin_ns >= *last->exec_ns) last = &next;
    return *last;
}

}  // namespace

Region script_region(const recording::RunTrace& trace, const recording::Run& run) {
    if (trace.processes.empty()) return Region();
    const recording::Process& script = trace.processes.front();
    if (!script.script_begin_ns) return Region();
    const recording::Process& last = last_program(trace);
    const std::uint64_t end_ns = last.exit_ns.value_or(last.exec_ns.value_or(run_end_ns(trace, run)));
    return Region({{*script.script_begin_ns, last.script_end_ns.value_or(end_ns)}});
}

std::map<std::string, Region> marked_regions(const recording::RunTrace& trace, const recording::Run& run) {
    const std::uint64_t end_ns = run_end_ns(trace, run);
    std::map<std::string, std::vector<Region::Interval>> intervals;
    for (const recording::Process& process : trace.processes)
        for (const recording::Thread& thread : process.threads)
            for (const recording::RegionMark& mark : thread.regions)
                intervals[mark.name].emplace_back(mark.begin_ns, std::min(mark.end_ns.value_or(end_ns), end_ns));
    std::map<std::string, Region> regions;
    for (auto& [name, marked] : intervals) regions.emplace(name, Region(std::move(marked)));
    return regions;
}

Region union_of(const std::map<std::string, Region>& regions) {
    std::vector<Region::Interval> intervals;
    for (const auto& [name, region] : regions)
        intervals.insert(intervals.end(), region.intervals().begin(), region.intervals().end());
    return Region(std::move(intervals));
}

}  // namespace ftscale::account
