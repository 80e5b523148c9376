// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/counts.h"

#include <algorithm>

namespace ftscale::analysis {
namespace {

using account::Category;
using account::Ledger;

bool has_counted(const account::CounterCover& cover) { return cover.running_s > 0; }

void add(const Ledger& ledger, const account::Counts& counts, double factor, Counts& sum) {
    for (std::size_t i = 0; i < counts.size() && i < ledger.counters.size(); ++i)
        if (has_counted(ledger.counters[i].cover)) sum[ledger.counters[i].name] += factor * counts[i];
}

void add_charge(const Ledger& ledger, const account::CountCharge& charge, double factor, CountCosts::Cost& cost) {
    add(ledger, charge.counts, factor, cost.all);
    if (charge.category == Category::Work) add(ledger, charge.counts, factor, cost.work);
}

/// Of the time that the counter should have counted in all runs, for how much it did; absent where it never did.
std::map<std::string, account::CounterCover> covers_of(const std::vector<MeasuredRun>& runs) {
    std::map<std::string, account::CounterCover> covers;
    for (const MeasuredRun& measured : runs)
        for (const account::LedgerCounter& counter : measured.ledger.counters) {
            covers[counter.name].enabled_s += counter.cover.enabled_s;
            covers[counter.name].running_s += counter.cover.running_s;
        }
    std::erase_if(covers, [](const auto& named) { return !has_counted(named.second); });
    return covers;
}

}  // namespace

void add_counts(const Ledger& ledger, double factor, const Places& places, CountCosts& costs) {
    add(ledger, ledger.process_counts, factor, costs.process);
    for (const account::CountCharge& charge : ledger.counts) {
        add_charge(ledger, charge, factor, costs.run);
        const Location& location = places.locate(charge.stack, charge.category);
        add_charge(ledger, charge, factor, costs.functions[location.function]);
        if (location.native) add_charge(ledger, charge, factor, costs.functions[*location.native]);
    }
}

void state_counts(const CountCosts& costs, const Ledger& last, RunResult& run) {
    run.counts = costs.run.all;
    run.work_counts = costs.run.work;
    run.process_counts = costs.process;
    for (Function& function : run.functions) {
        const auto found = costs.functions.find({function.place, function.outside_python});
        if (found == costs.functions.end()) continue;
        function.counts = found->second.all;
        function.work_counts = found->second.work;
    }
    for (std::size_t i = 0; i < run.thread_rows.size() && i < last.per_thread.size(); ++i)
        add(last, last.per_thread[i].counts, 1, run.thread_rows[i].counts);
}

void state_counters(const std::vector<MeasuredRun>& runs, const recording::Manifest& manifest,
                    Measurement& measurement) {
    const auto covers = covers_of(runs);
    measurement.missing_counters = manifest.missing_counters;
    for (const recording::Counter& counter : manifest.counters) {
        const auto found = covers.find(counter.name);
        if (found == covers.end()) {
            measurement.missing_counters.push_back({counter.name, "it could not be counted while the script ran"});
            continue;
        }
        const double share = found->second.running_s / std::max(found->second.enabled_s, found->second.running_s);
        measurement.counters.push_back({counter.name, counter.role, counter.user_only, share});
    }
}

}  // namespace ftscale::analysis
