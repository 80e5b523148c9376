// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/thread_use.h"

#include <algorithm>
#include <tuple>

#include "analysis/library_threads.h"

namespace ftscale::analysis {
namespace {

using account::Category;
using account::Segment;
using account::ThreadTime;
using account::Timeline;
using recording::Process;
using recording::Thread;

bool is_computing(Category category) {
    return category == Category::Work || category == Category::Refcount || category == Category::Gc ||
           category == Category::Kernel;
}

/// Running or wanting to, waits for a lock included: a script that heeds the count has as many such threads even where
/// a lock lets one of them run at a time.
bool is_busy(Category category) {
    switch (category) {
        case Category::Io:
        case Category::Sleep:
        case Category::Starved:
        case Category::Serial:
        case Category::Unknown:
            return false;
        default:
            return true;
    }
}

double computing_s(const Timeline& timeline) {
    double seconds = 0;
    for (const Segment& segment : timeline)
        if (is_computing(segment.category)) seconds += 1e-9 * static_cast<double>(segment.length_ns());
    return seconds;
}

/// Nothing is missing that could be threads, or hide that they are busy.
bool is_in_full(const Process& process) {
    const bool has_lost_children = process.stat && process.stat->forks_unrecorded > 0 &&
                                   process.stat->children_cpu_ns == 0;  // not waited for: nobody knows what they did
    return process.thinnings.empty() && process.chunkless.threads == 0 && process.chunkless.records == 0 &&
           !process.refusal && !process.exec_ns && !has_lost_children;
}

struct Change {
    std::uint64_t time_ns = 0;
    int busy = 0;  // +1, -1
    friend bool operator<(const Change& a, const Change& b) {
        return std::tie(a.time_ns, a.busy) < std::tie(b.time_ns, b.busy);
    }
};

void add_changes(const Timeline& timeline, const account::Region::Interval& script, std::vector<Change>& changes) {
    std::uint64_t busy_until_ns = 0;
    for (const Segment& segment : timeline) {
        const std::uint64_t begin_ns = std::max(segment.begin_ns, script.first);
        const std::uint64_t end_ns = std::min(segment.end_ns, script.second);
        if (begin_ns >= end_ns || !is_busy(segment.category)) continue;
        if (busy_until_ns == begin_ns && !changes.empty()) {
            changes.back().time_ns = end_ns;  // went on
        } else {
            changes.push_back({begin_ns, +1});
            changes.push_back({end_ns, -1});
        }
        busy_until_ns = end_ns;
    }
}

/// The most threads that are busy at once for more than a moment: one that ends and the next that begins overlap, and
/// so does whoever starts them.
double busy_at_once(std::vector<Change> changes, const account::Region::Interval& script) {
    constexpr double kMoment = 0.05;  // of the script
    std::sort(changes.begin(), changes.end());
    std::vector<std::uint64_t> time_ns{0};  // by the number of busy threads
    std::size_t busy = 0;
    std::uint64_t now = script.first;
    for (const Change& change : changes) {
        time_ns[busy] += change.time_ns - now;
        now = change.time_ns;
        busy = change.busy > 0 ? busy + 1 : busy - 1;
        if (busy == time_ns.size()) time_ns.push_back(0);
    }
    const double needed = kMoment * static_cast<double>(script.second - script.first);
    double as_many_ns = 0;
    for (std::size_t count = time_ns.size() - 1; count > 0; --count) {
        as_many_ns += static_cast<double>(time_ns[count]);
        if (as_many_ns >= needed) return static_cast<double>(count);
    }
    return 0;
}

/// Libraries start their pools when they are loaded, whether or not there is ever work for them.
bool is_library_thread(const Thread& thread, const account::Sites& sites) {
    return thread.start_routine && known_pool(sites.name(*thread.start_routine).file) != nullptr;
}

std::optional<ThreadUse> use_of(const UsedRun& used, const account::Sites& sites) {
    const auto& processes = used.trace->processes;
    const account::Region script = account::script_region(*used.trace, *used.run);
    if (script.intervals().empty() || !std::all_of(processes.begin(), processes.end(), is_in_full)) return std::nullopt;
    const account::Region::Interval interval{script.intervals().front().first, script.intervals().back().second};
    ThreadUse use;
    double all_s = 0;
    std::vector<double> library_s;  // by thread
    std::vector<Change> changes;
    for (const ThreadTime& time : used.account.thread_times()) {
        const double seconds = computing_s(time.timeline);
        all_s += seconds;
        if (is_library_thread(time.thread, sites)) {
            library_s.push_back(seconds);
        } else {
            ++use.threads;
        }
        add_changes(time.timeline, interval, changes);
    }
    constexpr double kTrace = 0.02;  // of all CPU time: starting up and waiting for work, with nothing to do
    for (const double seconds : library_s) {
        use.library_s += seconds;
        if (seconds > kTrace * all_s) ++use.threads;
    }
    use.busy = busy_at_once(std::move(changes), interval);
    return use;
}

void add_times(const account::Ledger& ledger, ThreadUse& use) {
    for (const account::ThreadLedger& thread : ledger.per_thread) {
        for (const Category category : account::kAllCategories)
            if (is_computing(category) || category == Category::Spin) use.cpu_s += thread.amounts[category];
        use.queued_s += thread.amounts[Category::RunQueue];
    }
}

/// Of the whole run; the times within the region are added apart.
ThreadUse& operator+=(ThreadUse& sum, const ThreadUse& more) {
    sum.threads += more.threads;
    sum.busy += more.busy;
    sum.library_s += more.library_s;
    return sum;
}

}  // namespace

std::vector<std::optional<ThreadUse>> measure_thread_use(const std::vector<UsedRun>& runs,
                                                         const account::Sites& sites) {
    std::vector<std::optional<ThreadUse>> uses;
    for (const UsedRun& used : runs) uses.push_back(use_of(used, sites));
    return uses;
}

void add_thread_use(const std::vector<UsedRun>& runs, const std::vector<std::optional<ThreadUse>>& uses,
                    const std::vector<MeasuredRun>& measured, RegionResult& region) {
    for (RunResult& result : region.runs) {
        ThreadUse sum;
        double repeats = 0;
        bool is_known = true;
        for (const MeasuredRun& one : measured) {
            if (one.run->threads != result.threads) continue;
            const auto used =
                std::find_if(runs.begin(), runs.end(), [&](const UsedRun& run) { return run.run == one.run; });
            const auto& use = uses[static_cast<std::size_t>(used - runs.begin())];
            is_known = is_known && use;
            if (!use) break;
            sum += *use;
            add_times(one.ledger, sum);
            ++repeats;
        }
        if (!is_known || repeats == 0) continue;
        result.thread_use = ThreadUse{sum.threads / repeats, sum.busy / repeats, sum.cpu_s / repeats,
                                      sum.queued_s / repeats, sum.library_s / repeats};
    }
}

}  // namespace ftscale::analysis
