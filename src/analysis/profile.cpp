// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/profile.h"

#include <algorithm>
#include <map>

#include "account/frame_names.h"
#include "account/sites.h"
#include "analysis/runs.h"

namespace ftscale::analysis {
namespace {

using account::LockIndex;
using account::Region;
using account::Segment;
using account::ThreadTime;
using recording::StackId;

/// Makes one run's part.
class RunProfiler {
  public:
    RunProfiler(const recording::Recording& recording, const account::Sites& sites, CallTreeBuilder& tree,
                const UsedRun& used, const Region& region)
        : recording_(recording), sites_(sites), tree_(tree), used_(used), region_(region) {
        begin_ns_ = region.intervals().front().first;
    }

    RunProfile make() {
        result_.threads = used_.run->threads;
        result_.repeat = used_.run->repeat;
        const account::Ledger ledger = used_.account.ledger(region_, used_.run->threads);
        result_.wall_s = ledger.wall_s;
        const std::vector<ThreadTime> times = used_.account.thread_times();
        number_threads(times);
        for (const ThreadTime& time : times) add_thread(time);
        for (const account::Charge& charge : ledger.charges)
            result_.charges.push_back({charge.category, tree_.node_of(charge.stack), charge.seconds});
        for (const account::CountCharge& charge : ledger.counts) add_counts(ledger, charge);
        return std::move(result_);
    }

  private:
    // By process, as several may have had the same id.
    using ThreadKey = std::pair<const recording::Process*, std::uint32_t>;  // ordinal

    void number_threads(const std::vector<ThreadTime>& times) {
        int next = 0;
        for (const ThreadTime& time : times) thread_numbers_[{&time.process, time.thread.ordinal}] = next++;
    }
    double seconds(std::uint64_t time_ns) const {
        return (static_cast<double>(time_ns) - static_cast<double>(begin_ns_)) * 1e-9;
    }
    void add_thread(const ThreadTime& time);
    void add_spans(const ThreadTime& time, const Segment& segment, ThreadProfile& thread);
    void describe_stall(const ThreadTime& time, std::size_t index, Region::Interval part, Span& span);
    int lock_number(const ThreadTime& time, LockIndex lock);
    void add_counts(const account::Ledger& ledger, const account::CountCharge& charge);

    const recording::Recording& recording_;
    const account::Sites& sites_;
    CallTreeBuilder& tree_;
    const UsedRun& used_;
    const Region& region_;
    std::uint64_t begin_ns_ = 0;
    std::map<ThreadKey, int> thread_numbers_;
    std::map<std::pair<const recording::Process*, LockIndex>, int> lock_numbers_;
    RunProfile result_;
};

void RunProfiler::add_thread(const ThreadTime& time) {
    ThreadProfile thread;
    thread.name = time.thread.name;
    thread.process = time.process.pid;
    thread.tid = time.thread.tid;
    for (const Segment& segment : time.timeline) add_spans(time, segment, thread);
    // A sample stands for the time before it.
    for (const recording::Sample& sample : time.thread.samples)
        if (region_.overlap_ns(sample.time_ns - 1, sample.time_ns) != 0)
            thread.samples.push_back({seconds(sample.time_ns), tree_.node_of(sample.stack)});
    thread.begin_s = thread.spans.empty() ? 0 : thread.spans.front().begin_s;
    thread.end_s = thread.spans.empty() ? 0 : thread.spans.back().end_s;
    result_.thread_profiles.push_back(std::move(thread));
}

/// Only what is measured: a segment may be cut, or reach over several intervals of the region.
void RunProfiler::add_spans(const ThreadTime& time, const Segment& segment, ThreadProfile& thread) {
    for (const auto& [begin_ns, end_ns] : region_.intervals()) {
        const std::uint64_t from = std::max(begin_ns, segment.begin_ns), to = std::min(end_ns, segment.end_ns);
        if (from >= to) continue;
        Span span;
        span.begin_s = seconds(from);
        span.end_s = seconds(to);
        span.category = segment.category;
        span.node = tree_.node_of(segment.stack);
        span.lock = lock_number(time, segment.lock);
        if (segment.stall != account::kNoStall) describe_stall(time, segment.stall, {from, to}, span);
        thread.spans.push_back(span);
    }
}

void RunProfiler::describe_stall(const ThreadTime& time, std::size_t index, Region::Interval part, Span& span) {
    span.is_wait = true;
    span.lock = lock_number(time, time.stalls.at(time.index, index).lock);
    const account::LongestHold longest = time.stalls.longest_hold(time.index, index);
    span.holder = tree_.node_of(longest.holder);
    span.held_until_s = seconds(longest.let_go_ns);
    const auto found = thread_numbers_.find({&time.process, longest.thread});
    if (found != thread_numbers_.end()) span.held_by = found->second;
    account::HeldParts parts;
    time.stalls.add_parts(time.index, index, part.first, part.second, parts);
    const auto shares = parts.shares();
    span.first_share = static_cast<std::uint32_t>(result_.held.size());
    span.shares = static_cast<std::uint32_t>(shares.size());
    for (const auto& [holder, share] : shares) result_.held.push_back({tree_.node_of(holder), share * span.seconds()});
}

int RunProfiler::lock_number(const ThreadTime& time, LockIndex lock) {
    if (lock == LockIndex::None) return kNone;
    const auto [found, is_new] =
        lock_numbers_.try_emplace({&time.process, lock}, static_cast<int>(result_.locks.size()));
    if (is_new)
        result_.locks.push_back(
            {time.stalls.locks.key(lock).kind, time.stalls.locks.type_name(lock, recording_.types, sites_)});
    return found->second;
}

void RunProfiler::add_counts(const account::Ledger& ledger, const account::CountCharge& charge) {
    NodeCounts counts{tree_.node_of(charge.stack), {}};
    for (std::size_t i = 0; i < charge.counts.size() && i < ledger.counters.size(); ++i)
        if (ledger.counters[i].cover.running_s > 0) counts.counts[ledger.counters[i].name] = charge.counts[i];
    result_.counts.push_back(std::move(counts));
}

}  // namespace

Profile make_profile(const recording::Recording& recording, const symbols::Symbols& symbols, const Options& options) {
    const account::SymbolNames names(symbols);
    const account::Sites sites(recording.stacks, names);
    const std::vector<UsedRun> runs = choose_runs(recording, sites);
    const bool marked = !options.whole && !region_names(runs).empty();
    Profile profile;
    profile.manifest = recording.manifest;
    CallTreeBuilder tree(recording, sites);
    for (const UsedRun& used : runs) {
        const Region region = region_of(*used.trace, *used.run, {marked, options.region});
        if (region.length_ns() == 0) continue;
        profile.runs.push_back(RunProfiler(recording, sites, tree, used, region).make());
    }
    if (!profile.runs.empty()) profile.baseline_threads = profile.runs.front().threads;
    profile.tree = tree.take();
    return profile;
}

}  // namespace ftscale::analysis
