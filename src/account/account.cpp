// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/account.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>

#include "account/counter_use.h"
#include "account/spin_holders.h"
#include "recording/disturbance.h"

namespace ftscale::account {
namespace {

using recording::Process;
using recording::StackId;
using recording::Thread;

void add_to(LockUse& use, const Stall& stall, double seconds, double count) {
    const bool spin = stall.category == Category::Spin;
    (spin ? use.spin_s : use.wait_s) += seconds;
    use.waits += stall.counts && !spin ? count : 0;
    use.waiters[stall.stack] += seconds;
}

/// The part of the wait that is in the region, by holder; `seconds` is its length.
void add_holders(LockUse& use, const ProcessStalls& stalls, std::size_t thread, std::size_t index, const Region& region,
                 double seconds, double& waking_s) {
    const Stall& stall = stalls.at(thread, index);
    HeldParts parts;
    std::uint64_t seen_ns = 0;
    region.for_each_part(stall.begin_ns, stall.end_ns, [&](std::uint64_t begin_ns, std::uint64_t end_ns) {
        stalls.add_parts(thread, index, begin_ns, end_ns, parts);
        seen_ns += end_ns - begin_ns;
    });
    const double per_ns = seconds / static_cast<double>(seen_ns);
    for (const HeldPart& part : parts.of_holders()) use.holders[part.holder] += per_ns * static_cast<double>(part.ns);
    waking_s += per_ns * static_cast<double>(parts.waking_ns());
}

/// On CPU, at the word of the lock itself.
void add_to(LockUse& use, const Segment& segment, double seconds) {
    use.spin_s += seconds;
    use.waiters[segment.stack] += seconds;
    use.holders[StackId::Empty] += seconds;
}

/// Shares what no holder is to be charged with alone among those seen, each by what it has: the time that waiters took
/// to wake, and spins that got their lock without parking, which no release was seen to end.
void share_rest_among_holders(LockUse& use, double waking_s) {
    const auto unseen = use.holders.find(StackId::Empty);
    const double unseen_s = unseen == use.holders.end() ? 0 : unseen->second;
    const double shared_spin_s = std::min(unseen_s, use.spin_s);
    double seen_s = 0;
    for (const auto& [stack, seconds] : use.holders) seen_s += stack == StackId::Empty ? 0 : seconds;
    if (seen_s <= 0) {
        if (waking_s > 0) use.holders[StackId::Empty] += waking_s;
        return;
    }
    for (auto& [stack, seconds] : use.holders)
        if (stack != StackId::Empty) seconds *= 1 + (waking_s + shared_spin_s) / seen_s;
    if (unseen == use.holders.end()) return;
    unseen->second -= shared_spin_s;
    if (unseen->second <= 0) use.holders.erase(unseen);
}

void largest_first(std::vector<LockUse>& locks) {
    std::erase_if(locks, [](const LockUse& use) { return use.waiters.empty(); });
    std::stable_sort(locks.begin(), locks.end(),
                     [](const LockUse& a, const LockUse& b) { return a.wait_s + a.spin_s > b.wait_s + b.spin_s; });
}

/// All processes of a run are told to count the same.
void add_covers(const Process& process, const std::vector<CounterCover>& covers, std::vector<LedgerCounter>& counters) {
    for (std::size_t i = 0; i < covers.size(); ++i) {
        if (i == counters.size()) counters.push_back({process.counters[i].name, {}});
        counters[i].cover.enabled_s += covers[i].enabled_s;
        counters[i].cover.running_s += covers[i].running_s;
    }
}

/// CPU time between samples of the thread; 0: none were taken.
std::uint64_t period_ns(const Process& process, const Thread& thread) {
    const bool is_sampled = thread.sampler
                                ? thread.sampler->sampler != static_cast<std::uint32_t>(format::Sampler::None)
                                : process.sampler != format::Sampler::None;
    return is_sampled ? process.period_ns : 0;
}

bool excludes_kernel(const Process& process, const Thread& thread) {
    const std::uint32_t flags = thread.sampler ? thread.sampler->flags : process.facts.flags;
    return (flags & format::kKernelExcluded) != 0;
}

/// When nothing of a process went on any more. One that was followed and ended by a signal says nothing of its end, and
/// the run goes on.
std::uint64_t process_end_ns(const recording::RunTrace& trace, const Process& process, std::uint64_t run_end) {
    if (process.exit_ns || process.exec_ns)
        return std::min(process.exit_ns ? *process.exit_ns : *process.exec_ns, run_end);
    if (&process == &trace.processes.front()) return run_end;
    std::uint64_t last = process.begin_ns;
    for (const Thread& thread : process.threads) last = std::max(last, thread.last_ns);
    return std::min(last, run_end);
}

double cpu_s(const Process& process) {
    double seconds = 0;
    for (const Thread& thread : process.threads)
        seconds += thread.stat ? static_cast<double>(thread.stat->cpu_ns) * 1e-9 : 0;
    return seconds;
}

/// What the script's process has waited for, less what left streams.
double unrecorded_children_s(const recording::RunTrace& trace) {
    if (trace.processes.empty()) return 0;
    const Process& script = trace.processes.front();
    double seconds = 0;  // of all programs that the process was, one after the other
    for (const Process& process : trace.processes)
        if (process.pid == script.pid && process.stat)
            seconds = std::max(seconds, static_cast<double>(process.stat->children_cpu_ns) * 1e-9);
    for (const Process& process : trace.processes)
        if (process.pid != script.pid) seconds -= cpu_s(process);
    return std::max(seconds, 0.0);
}

[[maybe_unused]] bool closes(const Ledger& ledger) {
    return std::abs(ledger.amounts.total() - ledger.capacity_s) <= 1e-6 * ledger.capacity_s + 1e-9;
}

}  // namespace

RunAccount::RunAccount(const recording::Recording& recording, const recording::RunTrace& trace,
                       const recording::Run& run, const Sites& sites, const Learnt& learnt)
    : recording_(recording), trace_(trace), run_(run), sites_(sites), recorded_(trace) {
    const std::uint64_t end_ns = run_end_ns(trace, run);
    for (const Process& process : trace.processes) {
        const std::uint64_t process_end = process_end_ns(trace, process, end_ns);
        stalls_.push_back(find_stalls(recording, process, process_end, sites, learnt.registers));
        uses_.push_back(find_uses(process, sites, stalls_.back()));
        world_stops_.push_back(find_world_stops(process, stalls_.back(), sites));
        for (std::size_t t = 0; t < process.threads.size(); ++t) {
            const Thread& thread = process.threads[t];
            const TimelineContext context{thread.end_ns.value_or(process_end), period_ns(process, thread),
                                          run.oversubscribed, excludes_kernel(process, thread), &recorded_};
            timelines_.push_back(
                make_timeline(thread, stalls_.back().by_thread[t], uses_.back().by_thread[t], sites, context));
        }
        find_spin_holders(learnt.takers, recording.stacks, process,
                          timelines_.data() + (timelines_.size() - process.threads.size()), stalls_.back());
    }
}

Ledger RunAccount::ledger(const Region& whole, int threads) const {
    const Region region = recorded_.weigh(whole);
    SlotTotals totals = sweep_slots(timelines_, region, threads, recording::cpus_of(run_, recording_.manifest.machine));
    Ledger ledger;
    ledger.threads = threads;
    ledger.wall_s = static_cast<double>(region.length_ns()) / 1e9;
    ledger.capacity_s = threads * ledger.wall_s;
    ledger.charges = std::move(totals.charges);
    ledger.idle = std::move(totals.idle);
    for (const Charge& charge : ledger.charges) ledger.amounts[charge.category] += charge.seconds;
    ledger.unrecorded_children_s = unrecorded_children_s(trace_);
    ledger.crowded_out = crowded_out(totals.crowded_out_s, ledger.wall_s);
    ledger.crowded_out.by_idlers_s = totals.idled_out_s;
    ledger.burnt_s = totals.burnt_s;
    ledger.locks = locks_in(region);
    ledger.objects = objects_in(region);
    ledger.world_stops = world_stops_in(region);
    ledger.collections = collections_in(region);
    add_threads(region, totals, ledger);
    assert(closes(ledger));
    return ledger;
}

/// Others cannot have kept threads waiting for longer than they ran themselves: beyond that the scheduler has put two
/// threads on one CPU. What they did in the whole run they are taken to have done evenly.
CrowdedOut RunAccount::crowded_out(double seconds, double wall_s) const {
    const double run_s = recording::running_s(run_);
    const double children_s = unrecorded_children_s(trace_);
    const double others_s = run_.other_load ? run_.other_load->others_s + run_.other_load->stolen_s : 0;
    if (run_s <= 0 || others_s + children_s <= 0) return {};
    const double bounded_s = std::min(seconds, (others_s + children_s) * std::min(1.0, wall_s / run_s));
    const double of_others = others_s / (others_s + children_s);
    return {bounded_s * of_others, bounded_s * (1 - of_others), 0};
}

void RunAccount::add_threads(const Region& region, const SlotTotals& totals, Ledger& ledger) const {
    CountCharges charges;
    std::size_t index = 0;
    for (const Process& process : trace_.processes)
        for (const Thread& thread : process.threads) {
            if (thread.stat) ledger.page_faults += thread.stat->minor_faults + thread.stat->major_faults;
            const ThreadCounts counted = count_thread(process, thread, timelines_[index], region);
            add_counts(ledger.process_counts, counted.life);
            add_covers(process, counted.covers, ledger.counters);
            for (const auto& [site, counts] : counted.charges) add_counts(charges[site], counts);
            const Amounts& amounts = totals.per_thread[index++];
            if (amounts.total() > 0)
                ledger.per_thread.push_back({thread.name, thread.tid, thread.start_routine, amounts, counted.total});
        }
    for (auto& [site, counts] : charges) ledger.counts.push_back({site.first, site.second, std::move(counts)});
}

std::vector<ThreadTime> RunAccount::thread_times() const {
    std::vector<ThreadTime> times;
    for (std::size_t p = 0; p < trace_.processes.size(); ++p) {
        const Process& process = trace_.processes[p];
        for (std::size_t t = 0; t < process.threads.size(); ++t)
            times.push_back({process, process.threads[t], stalls_[p], t, timelines_[times.size()]});
    }
    return times;
}

template <typename Visit>
void RunAccount::for_each_segment(const Region& region, Visit visit) const {
    std::size_t index = 0;
    for (std::size_t p = 0; p < trace_.processes.size(); ++p)
        for (std::size_t t = 0; t < trace_.processes[p].threads.size(); ++t)
            for (const Segment& segment : timelines_[index++]) {
                const std::uint64_t overlap_ns = region.overlap_ns(segment.begin_ns, segment.end_ns);
                if (overlap_ns > 0) visit(p, segment, static_cast<double>(overlap_ns) / 1e9);
            }
}

std::vector<ObjectUse> RunAccount::objects_in(const Region& region) const {
    std::vector<std::vector<ObjectUse>> by_process(uses_.size());
    for (std::size_t p = 0; p < uses_.size(); ++p) by_process[p].resize(uses_[p].objects.size());
    for_each_segment(region, [&](std::size_t p, const Segment& segment, double seconds) {
        if (segment.object == ObjectIndex::None) return;
        ObjectUse& use = by_process[p][static_cast<std::size_t>(segment.object)];
        use.seconds += seconds;
        use.sites[segment.stack] += seconds;
    });
    std::vector<ObjectUse> all;
    for (std::size_t p = 0; p < uses_.size(); ++p)
        for (std::size_t i = 0; i < by_process[p].size(); ++i) {
            if (by_process[p][i].seconds <= 0) continue;
            describe_object(trace_.processes[p], uses_[p].objects.entry(static_cast<ObjectIndex>(i)), by_process[p][i]);
            all.push_back(std::move(by_process[p][i]));
        }
    std::stable_sort(all.begin(), all.end(),
                     [](const ObjectUse& a, const ObjectUse& b) { return a.seconds > b.seconds; });
    return all;
}

std::vector<WorldStop> RunAccount::world_stops_in(const Region& region) const {
    std::vector<WorldStop> stops;
    for (const std::vector<WorldStop>& of_process : world_stops_)
        for (WorldStop stop : of_process) {
            stop.count = region.weight_at(stop.end_ns - 1);
            if (stop.count > 0) stops.push_back(stop);
        }
    return stops;
}

std::vector<GarbageCollection> RunAccount::collections_in(const Region& region) const {
    std::vector<GarbageCollection> collections;
    for (const Process& process : trace_.processes)
        for (const Thread& thread : process.threads)
            for (const recording::Collection& seen : thread.collections) {
                const std::uint64_t end_ns = seen.end_ns.value_or(seen.begin_ns + 1);
                const double count = region.weight_at(end_ns - 1);
                if (count <= 0) continue;
                collections.push_back({seen.generation, seen.begin_ns, end_ns, seen.collected, seen.stack, count});
            }
    return collections;
}

void RunAccount::describe_object(const Process& process, const ObjectTable::Entry& entry, ObjectUse& use) const {
    const auto type = static_cast<std::size_t>(entry.type);
    use.type = type < recording_.types.size() ? recording_.types[type] : kUnknownType;
    const auto name = process.object_names.find({entry.address, entry.type});
    if (name != process.object_names.end()) use.name = name->second;
    use.address = entry.address;
    use.process = process.pid;
}

std::vector<LockUse> RunAccount::locks_in(const Region& region) const {
    std::vector<std::vector<LockUse>> sampled(stalls_.size());
    for (std::size_t p = 0; p < stalls_.size(); ++p) sampled[p].resize(stalls_[p].locks.size());
    for_each_segment(region, [&](std::size_t p, const Segment& segment, double seconds) {
        if (segment.lock != LockIndex::None)
            add_to(sampled[p][static_cast<std::size_t>(segment.lock)], segment, seconds);
    });
    std::vector<LockUse> all;
    for (std::size_t p = 0; p < stalls_.size(); ++p) {
        const LockTable& table = stalls_[p].locks;
        std::vector<double> waking_s(table.size(), 0);
        std::vector<LockUse> uses = std::move(sampled[p]);
        for (std::size_t t = 0; t < stalls_[p].by_thread.size(); ++t)
            for (std::size_t s = 0; s < stalls_[p].by_thread[t].size(); ++s) {
                const Stall& stall = stalls_[p].at(t, s);
                if (stall.lock == LockIndex::None) continue;
                const std::uint64_t overlap_ns = region.overlap_ns(stall.begin_ns, stall.end_ns);
                if (overlap_ns == 0) continue;
                // Of those that reach over several windows each would count in all of them.
                const double count = region.is_weighted() ? region.weight_at(stall.end_ns - 1) : 1;
                LockUse& use = uses[static_cast<std::size_t>(stall.lock)];
                const double seconds = static_cast<double>(overlap_ns) / 1e9;
                add_to(use, stall, seconds, count);
                add_holders(use, stalls_[p], t, s, region, seconds, waking_s[static_cast<std::size_t>(stall.lock)]);
            }
        for (std::size_t i = 0; i < uses.size(); ++i) {
            const LockKey& key = table.key(static_cast<LockIndex>(i));
            uses[i].kind = key.kind;
            uses[i].type = table.type_name(static_cast<LockIndex>(i), recording_.types, sites_);
            uses[i].address = key.address;
            uses[i].process = trace_.processes[p].pid;
            share_rest_among_holders(uses[i], waking_s[i]);
        }
        std::move(uses.begin(), uses.end(), std::back_inserter(all));
    }
    largest_first(all);
    return all;
}

}  // namespace ftscale::account
