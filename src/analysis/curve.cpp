// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/curve.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "analysis/counts.h"
#include "analysis/fits.h"
#include "analysis/functions.h"
#include "analysis/library_threads.h"
#include "analysis/locks.h"
#include "analysis/objects.h"
#include "analysis/other_use.h"
#include "analysis/pauses.h"
#include "analysis/serial.h"
#include "model/bootstrap.h"
#include "model/statistics.h"

namespace ftscale::analysis {
namespace {

using account::Category;
using recording::Scaling;

/// The means of all repeats at one thread count.
struct CountCost {
    int threads = 1;
    std::vector<double> walls_s;
    Amounts ledger;
    std::vector<Amounts> repeats;
    double page_faults = 0;
    double unrecorded_children_s = 0;
    account::CrowdedOut crowded_out;
    double burnt_s = 0;
    OtherCosts others;
    FunctionCosts functions;
    LockCosts locks;
    ObjectCosts objects;
    PauseCosts pauses;
    CountCosts counts;
    SerialCosts serial;
    const MeasuredRun* last = nullptr;
    bool oversubscribed = false, smt_siblings = false;
    double wall_s() const { return model::mean(walls_s); }
};

CountCost mean_cost(const std::vector<const MeasuredRun*>& repeats, const Places& places,
                    const recording::Machine& machine) {
    CountCost cost;
    const double share = 1.0 / static_cast<double>(repeats.size());
    for (const MeasuredRun* measured : repeats) {
        Amounts amounts = measured->ledger.amounts;
        cost.repeats.push_back(amounts);
        cost.page_faults += share * static_cast<double>(measured->ledger.page_faults);
        cost.unrecorded_children_s += share * measured->ledger.unrecorded_children_s;
        cost.crowded_out.by_others_s += share * measured->ledger.crowded_out.by_others_s;
        cost.crowded_out.by_children_s += share * measured->ledger.crowded_out.by_children_s;
        cost.crowded_out.by_idlers_s += share * measured->ledger.crowded_out.by_idlers_s;
        cost.burnt_s += share * measured->ledger.burnt_s;
        cost.others.add(*measured->run, measured->is_disturbed, machine);
        amounts *= share;
        cost.ledger += amounts;
        cost.threads = measured->run->threads;
        cost.walls_s.push_back(measured->ledger.wall_s);
        cost.oversubscribed |= measured->run->oversubscribed;
        cost.smt_siblings |= measured->run->smt_siblings;
        add_functions(measured->ledger, share, places, cost.functions);
        add_locks(measured->ledger, share, places, cost.locks);
        add_objects(measured->ledger, share, places, cost.objects);
        add_pauses(measured->ledger, share, places, cost.pauses);
        add_counts(measured->ledger, share, places, cost.counts);
        cost.serial.add(measured->ledger, share);
        cost.last = measured;
    }
    return cost;
}

std::vector<CountCost> costs_by_count(const std::vector<MeasuredRun>& runs, const Places& places,
                                      const recording::Machine& machine) {
    std::map<int, std::vector<const MeasuredRun*>> by_count;
    for (const MeasuredRun& run : runs) by_count[run.run->threads].push_back(&run);
    std::vector<CountCost> costs;
    for (const auto& [threads, repeats] : by_count) costs.push_back(mean_cost(repeats, places, machine));
    return costs;
}

/// Strong scaling: the same work at every count. Weak: as many times the baseline's work as there are times its
/// threads.
double ideal_factor(const CountCost& cost, const CountCost& baseline, Scaling scaling) {
    return scaling == Scaling::Weak ? static_cast<double>(cost.threads) / baseline.threads : 1.0;
}

/// Speed-up = scale x T(baseline) / T(n). The baseline's own is its thread count: it is taken to scale perfectly up to
/// there.
double speedup_scale(const CountCost& cost, const CountCost& baseline, Scaling scaling) {
    return baseline.threads * ideal_factor(cost, baseline, scaling);
}

Point make_point(const CountCost& cost, const CountCost& baseline, Scaling scaling) {
    Point point;
    point.threads = cost.threads;
    point.repeats_s = cost.walls_s;
    point.wall_s = cost.wall_s();
    point.median_s = model::median(cost.walls_s);
    point.ci95_s = model::time_ci95(cost.walls_s);
    const double scale = speedup_scale(cost, baseline, scaling);
    point.speedup = point.wall_s > 0 ? scale * baseline.wall_s() / point.wall_s : 0;
    if (&cost == &baseline) {
        point.speedup_ci95 = Interval{scale, scale};
    } else if (const auto ratio = model::speedup_ci95(baseline.walls_s, cost.walls_s)) {
        point.speedup_ci95 = Interval{scale * ratio->first, scale * ratio->second};
    }
    point.efficiency = point.speedup / point.threads;
    point.oversubscribed = cost.oversubscribed;
    point.smt_siblings = cost.smt_siblings;
    point.disturbed = cost.others.disturbed();
    return point;
}

/// The times of a unit of work, for the laws.
std::vector<TimedRun> timed_runs(const std::vector<MeasuredRun>& runs, Scaling scaling) {
    std::vector<TimedRun> timed;
    for (const MeasuredRun& measured : runs) {
        const recording::Run& run = *measured.run;
        const double units = scaling == Scaling::Weak ? run.threads : 1;
        timed.push_back({run.threads, run.repeat, measured.ledger.wall_s / units, run.oversubscribed});
    }
    return timed;
}

/// What was netted in the rows (see function_rows) moves in the totals alike.
void net_totals(RunResult& run) {
    for (const Category category : {Category::Work, Category::Serial, Category::Refcount, Category::Spin}) {
        run.loss[category] = 0;
        for (const Function& row : run.functions)
            if (is_ledger_row(row)) run.loss[category] += row.loss[category];
    }
}

void add_losses(const CountCost& cost, const CountCost& baseline, Scaling scaling, const Places& places,
                RunResult& run) {
    const double ideal = ideal_factor(cost, baseline, scaling);
    Amounts expected = baseline.ledger;
    expected *= ideal;
    run.loss = cost.ledger;
    run.loss -= expected;
    run.loss_s = run.capacity_s - ideal * baseline.threads * baseline.wall_s();
    run.functions = function_rows(cost.functions, baseline.functions, ideal, scaling == Scaling::Weak);
    net_totals(run);
    assert(std::abs(run.loss.total() - run.loss_s) <= 1e-6 * (run.capacity_s + expected.total()) + 1e-9);
    constexpr double kWorthALine = 0.002;  // of the capacity: reading debug info takes time
    add_source_lines(cost.functions, places.sites(), kWorthALine * run.capacity_s, run.functions);
}

struct Ids {
    LockIds locks;
    ObjectIds objects;
};

RunResult make_run(const CountCost& cost, const CountCost& baseline, const Ids& ids, Scaling scaling,
                   const Places& places) {
    RunResult run;
    run.threads = cost.threads;
    run.capacity_s = cost.threads * cost.wall_s();
    run.ledger = cost.ledger;
    run.repeats = cost.repeats;
    run.ideal = ideal_factor(cost, baseline, scaling);
    run.page_faults = cost.page_faults;
    run.unrecorded_children_s = cost.unrecorded_children_s;
    run.queued_for_others_s = cost.crowded_out.by_others_s;
    run.queued_for_children_s = cost.crowded_out.by_children_s;
    run.queued_for_idlers_s = cost.crowded_out.by_idlers_s;
    run.idlers_cpu_s = cost.burnt_s;
    run.others = cost.others.means();
    add_losses(cost, baseline, scaling, places, run);
    const double cores_per_second = run.capacity_s > 0 ? run.threads / run.capacity_s : 0;
    run.locks = lock_rows(cost.locks, baseline.locks, ids.locks, run.ideal, cores_per_second,
                          run.loss[Category::Spin] + run.loss[Category::LockWait]);
    link_locks(cost.locks, ids.locks, run.functions);
    run.objects = object_rows(cost.objects, baseline.objects, ids.objects, run.ideal, cores_per_second,
                              run.loss[Category::Refcount]);
    link_objects(cost.objects, ids.objects, run.functions);
    run.pauses = pause_rows(cost.pauses);
    run.collections = collection_rows(cost.pauses);
    run.serial = cost.serial.summary(places);
    for (const account::ThreadLedger& thread : cost.last->ledger.per_thread)
        run.thread_rows.push_back(thread_row(thread, places.sites()));
    state_counts(cost.counts, cost.last->ledger, run);
    return run;
}

}  // namespace

RegionResult make_region_result(std::string name, const std::vector<MeasuredRun>& runs,
                                const recording::Manifest& manifest, const Places& places) {
    const Scaling scaling = manifest.sweep.scaling;
    RegionResult result;
    result.name = std::move(name);
    const std::vector<CountCost> costs = costs_by_count(runs, places, manifest.machine);
    if (costs.empty()) return result;
    std::vector<const LockCosts*> locks;
    std::vector<const ObjectCosts*> objects;
    for (const CountCost& cost : costs) {
        locks.push_back(&cost.locks);
        objects.push_back(&cost.objects);
    }
    const Ids ids{make_lock_ids(locks), make_object_ids(objects)};
    const CountCost& baseline = costs.front();
    for (const CountCost& cost : costs) {
        result.points.push_back(make_point(cost, baseline, scaling));
        result.runs.push_back(make_run(cost, baseline, ids, scaling, places));
    }
    add_fits(timed_runs(runs, scaling), result);
    return result;
}

}  // namespace ftscale::analysis
