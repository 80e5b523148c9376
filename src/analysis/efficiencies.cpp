// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/efficiencies.h"

#include <algorithm>
#include <map>

#include "analysis/counter_roles.h"
#include "model/efficiency.h"
#include "model/work_split.h"

namespace ftscale::analysis {
namespace {

using account::Category;
using account::Ledger;

bool is_useful(Category category) {
    return category == Category::Work || category == Category::Refcount || category == Category::Gc ||
           category == Category::Kernel;
}

double useful_s(const Amounts& amounts) {
    double seconds = 0;
    for (const Category category : account::kAllCategories)
        if (is_useful(category)) seconds += amounts[category];
    return seconds;
}

/// Counted while computing; absent where the counter did not count.
std::optional<double> useful_count(const Ledger& ledger, const CounterFacts* counter) {
    if (counter == nullptr) return std::nullopt;
    const auto found = std::find_if(ledger.counters.begin(), ledger.counters.end(),
                                    [counter](const auto& candidate) { return candidate.name == counter->name; });
    if (found == ledger.counters.end() || found->cover.running_s <= 0) return std::nullopt;
    const auto index = static_cast<std::size_t>(found - ledger.counters.begin());
    double sum = 0;
    for (const account::CountCharge& charge : ledger.counts)
        if (is_useful(charge.category) && index < charge.counts.size()) sum += charge.counts[index];
    return sum;
}

/// Of one run, or the sum of several; only quotients are made of it.
struct Usage {
    model::ParallelTimes times;
    model::Computation computation;
    double work_s = 0;           // the threads' own
    double work_in_slots_s = 0;  // as the ledger weighs it
};

Usage usage_of(const Ledger& ledger, const Measurement& measurement) {
    Usage usage;
    std::vector<double> by_thread_s;
    for (const account::ThreadLedger& thread : ledger.per_thread) {
        by_thread_s.push_back(useful_s(thread.amounts));
        usage.computation.seconds += by_thread_s.back();
        usage.times.mechanics_s += thread.amounts[Category::Spin] + thread.amounts[Category::RunQueue];
        usage.work_s += thread.amounts[Category::Work];
    }
    usage.work_in_slots_s = ledger.amounts[Category::Work];
    usage.times.slots = ledger.threads;
    usage.times.wall_s = ledger.wall_s;
    usage.times.useful_s = usage.computation.seconds;
    usage.times.busiest_s = model::busiest_slot_s(by_thread_s, ledger.threads);
    usage.computation.instructions = useful_count(ledger, find_counter(measurement, role::kInstructions));
    usage.computation.cycles = useful_count(ledger, find_counter(measurement, role::kCycles));
    return usage;
}

void add(const std::optional<double>& more, std::optional<double>& sum) {
    if (sum && more) {
        *sum += *more;
    } else {
        sum.reset();  // a repeat without the count would make it look smaller
    }
}

Usage& operator+=(Usage& sum, const Usage& more) {
    sum.times.wall_s += more.times.wall_s;
    sum.times.useful_s += more.times.useful_s;
    sum.times.busiest_s += more.times.busiest_s;
    sum.times.mechanics_s += more.times.mechanics_s;
    sum.computation.seconds += more.computation.seconds;
    add(more.computation.instructions, sum.computation.instructions);
    add(more.computation.cycles, sum.computation.cycles);
    sum.work_s += more.work_s;
    sum.work_in_slots_s += more.work_in_slots_s;
    return sum;
}

struct MeanUsage {
    Usage usage;
    int repeats = 0;
};

/// The means' computation is compared between thread counts, which may have been repeated differently often.
model::Computation mean_computation(const MeanUsage& mean) {
    model::Computation computation = mean.usage.computation;
    computation.seconds /= mean.repeats;
    if (computation.instructions) *computation.instructions /= mean.repeats;
    if (computation.cycles) *computation.cycles /= mean.repeats;
    return computation;
}

std::optional<Efficiency> efficiency_of(const MeanUsage& mean, const MeanUsage& baseline, double ideal) {
    const auto parallel = model::parallel_efficiency(mean.usage.times);
    const auto computation = model::computation_efficiency(mean_computation(mean), mean_computation(baseline), ideal);
    if (!parallel || !computation) return std::nullopt;
    Efficiency efficiency;
    efficiency.global = parallel->parallel * computation->computation;
    efficiency.parallel = parallel->parallel;
    efficiency.load_balance = parallel->load_balance;
    efficiency.serialisation = parallel->serialisation;
    efficiency.transfer = parallel->transfer;
    efficiency.computation = computation->computation;
    efficiency.instructions = computation->instructions;
    efficiency.ipc = computation->ipc;
    efficiency.clock = computation->clock;
    return efficiency;
}

/// A run's work, its counts weighed like its time: of the threads' own work, the ledger has `slot_share`.
model::Work work_of(const RunResult& run, const Measurement& measurement, double slot_share) {
    return {run.ledger[Category::Work],
            slot_share * count_of(run.work_counts, measurement, role::kInstructions).value_or(0),
            slot_share * count_of(run.work_counts, measurement, role::kCycles).value_or(0)};
}

bool can_be_split(const model::Work& work) { return work.seconds > 0 && work.instructions > 0 && work.cycles > 0; }

model::Work scaled(const model::Work& work, double factor) {
    return {factor * work.seconds, factor * work.instructions, factor * work.cycles};
}

/// Of all work together: a function that is busy at one thread count only tells nothing by itself. What was netted
/// against other categories (see functions.cpp) is work that samples saw as something else, and as good as the rest.
std::optional<WorkSplit> split_work(const model::Work& now, const model::Work& before, double loss_s) {
    if (!can_be_split(now) || !can_be_split(before)) return std::nullopt;
    const double net_s = before.seconds + loss_s;
    const auto growth = model::split_growth(scaled(now, net_s / now.seconds), before);
    if (!growth) return std::nullopt;
    return WorkSplit{growth->more_instructions_s, growth->lower_ipc_s, growth->lower_clock_s};
}

double slot_share(const Usage& usage) { return usage.work_s > 0 ? usage.work_in_slots_s / usage.work_s : 1; }

}  // namespace

void add_efficiencies(const std::vector<MeasuredRun>& measured, const Measurement& measurement, RegionResult& region) {
    std::map<int, MeanUsage> means;
    for (const MeasuredRun& run : measured) {
        const Usage usage = usage_of(run.ledger, measurement);
        const auto [mean, is_new] = means.try_emplace(run.run->threads, MeanUsage{usage, 0});
        if (!is_new) mean->second.usage += usage;
        ++mean->second.repeats;
    }
    if (region.runs.empty()) return;
    const RunResult& baseline = region.runs.front();
    const MeanUsage& base = means.at(baseline.threads);
    const model::Work before = work_of(baseline, measurement, slot_share(base.usage));
    for (RunResult& run : region.runs) {
        const MeanUsage& mean = means.at(run.threads);
        run.efficiency = efficiency_of(mean, base, run.ideal);
        if (&run == &baseline) continue;
        run.work_split = split_work(work_of(run, measurement, slot_share(mean.usage)), scaled(before, run.ideal),
                                    run.loss[Category::Work]);
    }
}

}  // namespace ftscale::analysis
