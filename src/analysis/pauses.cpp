// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/pauses.h"

#include <algorithm>

#include "analysis/locks.h"

namespace ftscale::analysis {
namespace {

using account::GarbageCollection;
using account::WorldStop;
using recording::StackId;

double seconds(std::uint64_t begin_ns, std::uint64_t end_ns) { return static_cast<double>(end_ns - begin_ns) / 1e9; }

void add_stop(const WorldStop& stop, double factor, const Places& places, PauseCosts& costs) {
    const std::pair key{stop.reason, places.lock_place(stop.requester)};
    Pause& pause = costs.pauses[key];
    pause.reason = stop.reason;
    pause.requester = key.second;
    const double to_stop_s = seconds(stop.begin_ns, stop.stopped_ns), pause_s = seconds(stop.begin_ns, stop.end_ns);
    pause.stops += factor;
    pause.pause_s += factor * pause_s;
    pause.longest_s = std::max(pause.longest_s, pause_s);
    pause.to_stop_s += factor * to_stop_s;
    pause.longest_to_stop_s = std::max(pause.longest_to_stop_s, to_stop_s);
    pause.stopped_s += factor * (stop.stopped_s + stop.waited_s);
    pause.stopped_threads += factor * stop.stopped_threads;
    if (stop.straggler != StackId::Empty)
        costs.stragglers[key][places.work_place(stop.straggler)] += factor * to_stop_s;
}

void add_collection(const GarbageCollection& collection, double factor, const Places& places, PauseCosts& costs) {
    const Place trigger = places.work_place(collection.stack);
    CollectionRow& row = costs.collections[trigger];
    row.trigger = trigger;
    const double length_s = seconds(collection.begin_ns, collection.end_ns);
    row.count += factor;
    row.total_s += factor * length_s;
    row.longest_s = std::max(row.longest_s, length_s);
    row.collected += factor * static_cast<double>(collection.collected);
    row.by_generation[static_cast<int>(collection.generation)] += factor;
}

}  // namespace

void add_pauses(const account::Ledger& ledger, double factor, const Places& places, PauseCosts& costs) {
    for (const WorldStop& stop : ledger.world_stops) add_stop(stop, factor * stop.count, places, costs);
    for (const GarbageCollection& collection : ledger.collections)
        add_collection(collection, factor * collection.count, places, costs);
}

std::vector<Pause> pause_rows(const PauseCosts& costs) {
    std::vector<Pause> rows;
    for (const auto& [key, pause] : costs.pauses) {
        rows.push_back(pause);
        if (const auto found = costs.stragglers.find(key); found != costs.stragglers.end())
            rows.back().stragglers = lock_sides(found->second);
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Pause& a, const Pause& b) { return a.stopped_s > b.stopped_s; });
    return rows;
}

std::vector<CollectionRow> collection_rows(const PauseCosts& costs) {
    std::vector<CollectionRow> rows;
    for (const auto& [place, row] : costs.collections) rows.push_back(row);
    std::stable_sort(rows.begin(), rows.end(),
                     [](const CollectionRow& a, const CollectionRow& b) { return a.total_s > b.total_s; });
    return rows;
}

}  // namespace ftscale::analysis
