// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/json_parts.h"

#include <algorithm>

#include "analysis/counter_roles.h"

namespace ftscale::report {

using analysis::Measurement;
using analysis::RunResult;
namespace role = analysis::role;

namespace {

/// Misses of the last level per thousand instructions; null without either.
Json misses_json(const analysis::Counts& counts, const Measurement& measurement) {
    const analysis::CounterFacts* misses = analysis::find_counter(measurement, role::kCacheMisses);
    return misses == nullptr ? Json(nullptr) : number(analysis::per_kiloinstruction(counts, measurement, misses->name));
}

Json function_json(const analysis::Function& function, const Measurement& measurement) {
    Json lines = Json::object();
    for (const auto& [line, amounts] : function.by_line) lines[std::to_string(line)] = number(amounts.total());
    Json hot_lines = Json::object();
    for (const account::Category category : account::kAllCategories)
        if (const int line = function.hot_lines[category]; line > 0) hot_lines[account::category_name(category)] = line;
    return {{"function", function.place.function},
            {"file", function.place.file},
            {"line", function.place.line},
            {"native", function.place.native},
            {"outside_python", function.outside_python},
            {"source", function.place.source},
            {"hot_line", function.hot_line},
            {"hot_lines", hot_lines},
            {"loss_s", number(function.loss_s)},
            {"by", nonzero_amounts(function.loss)},
            {"self_s", nonzero_amounts(function.self)},
            {"lines_s", lines},
            {"counters", counts_json(function.counts)},
            {"work_counters", counts_json(function.work_counts)},
            {"ipc", number(analysis::instructions_per_cycle(function.counts, measurement))},
            {"misses_per_kiloinstruction", misses_json(function.counts, measurement)},
            {"locks", function.locks},
            {"objects", function.objects}};
}

Json side_json(const analysis::LockSide& side) {
    return {{"function", side.place.function},
            {"file", side.place.file},
            {"line", side.place.line},
            {"wait_s", number(side.wait_s)}};
}

Json lock_json(const analysis::Lock& lock) {
    return {{"id", lock.id},
            {"kind", account::lock_kind_name(lock.kind)},
            {"name", lock.name},
            {"type", lock.type},
            {"waits", number(lock.waits)},
            {"wait_s", number(lock.wait_s)},
            {"spin_s", number(lock.spin_s)},
            {"lost_cores", number(lock.lost_cores)},
            {"waiters", list(lock.waiters, side_json)},
            {"holders", list(lock.holders, side_json)}};
}

Json site_json(const analysis::ObjectSite& site) {
    return {{"function", site.place.function},
            {"file", site.place.file},
            {"line", site.place.line},
            {"refcount_s", number(site.refcount_s)}};
}

Json object_json(const analysis::Object& object) {
    std::vector<std::string> functions;
    for (const analysis::ObjectSite& site : object.sites)
        if (std::find(functions.begin(), functions.end(), site.place.function) == functions.end())
            functions.push_back(site.place.function);
    return {{"id", object.id},
            {"type", object.type},
            {"name", object.name},
            {"count", number(object.count)},
            {"refcount_s", number(object.refcount_s)},
            {"lost_cores", number(object.lost_cores)},
            {"functions", functions},
            {"sites", list(object.sites, site_json)}};
}

Json pause_json(const analysis::Pause& pause) {
    return {{"reason", account::stop_reason_name(pause.reason)},
            {"function", pause.requester.function},
            {"file", pause.requester.file},
            {"line", pause.requester.line},
            {"stops", number(pause.stops)},
            {"pause_s", number(pause.pause_s)},
            {"longest_s", number(pause.longest_s)},
            {"to_stop_s", number(pause.to_stop_s)},
            {"longest_to_stop_s", number(pause.longest_to_stop_s)},
            {"stopped_s", number(pause.stopped_s)},
            {"stopped_threads", number(pause.stopped_threads)},
            {"stragglers", list(pause.stragglers, side_json)}};
}

Json collection_json(const analysis::CollectionRow& row) {
    Json generations = Json::object();
    for (const auto& [generation, count] : row.by_generation) generations[std::to_string(generation)] = number(count);
    return {{"function", row.trigger.function},   {"file", row.trigger.file},
            {"line", row.trigger.line},           {"count", number(row.count)},
            {"total_s", number(row.total_s)},     {"longest_s", number(row.longest_s)},
            {"collected", number(row.collected)}, {"generations", generations}};
}

Json thread_json(const analysis::ThreadRow& row) {
    return {{"name", row.name},
            {"library", row.library},
            {"tid", row.tid},
            {"ledger", all_amounts(row.ledger)},
            {"counters", counts_json(row.counts)}};
}

Json efficiency_json(const std::optional<analysis::Efficiency>& efficiency) {
    if (!efficiency) return nullptr;
    return {{"global", number(efficiency->global)},
            {"parallel", number(efficiency->parallel)},
            {"load_balance", number(efficiency->load_balance)},
            {"serialisation", number(efficiency->serialisation)},
            {"transfer", number(efficiency->transfer)},
            {"computation", number(efficiency->computation)},
            {"instructions", number(efficiency->instructions)},
            {"ipc", number(efficiency->ipc)},
            {"clock", number(efficiency->clock)}};
}

Json work_split_json(const std::optional<analysis::WorkSplit>& split) {
    if (!split) return nullptr;
    return {{"more_instructions_s", number(split->more_instructions_s)},
            {"lower_ipc_s", number(split->lower_ipc_s)},
            {"lower_clock_s", number(split->lower_clock_s)}};
}

Json other_load_json(const RunResult& run) {
    if (!run.others) return nullptr;
    const auto busiest = [](const std::pair<std::string, double>& program) {
        return Json{{"command", program.first}, {"cpus", number(program.second)}};
    };
    return {{"cpus", number(run.others->cpus)},
            {"stolen_cpus", number(run.others->stolen_cpus)},
            {"queued_s", number(run.queued_for_others_s)},
            {"queued_for_children_s", number(run.queued_for_children_s)},
            {"busiest", list(run.others->busiest, busiest)}};
}

Json thread_use_json(const std::optional<analysis::ThreadUse>& use) {
    if (!use) return nullptr;
    return {{"threads", number(use->threads)}, {"busy", number(use->busy)}, {"cpu_s", number(use->cpu_s)}};
}

}  // namespace

Json run_json(const RunResult& run, const Measurement& measurement) {
    return {
        {"threads", run.threads},
        {"capacity_s", number(run.capacity_s)},
        {"loss_s", number(run.loss_s)},
        {"ledger", all_amounts(run.ledger)},
        {"loss", all_amounts(run.loss)},
        {"thread_use", thread_use_json(run.thread_use)},
        {"other_load", other_load_json(run)},
        {"idle_pools", {{"cpu_s", number(run.idlers_cpu_s)}, {"queued_s", number(run.queued_for_idlers_s)}}},
        {"efficiency", efficiency_json(run.efficiency)},
        {"work_split", work_split_json(run.work_split)},
        {"counters", counts_json(run.counts)},
        {"work_counters", counts_json(run.work_counts)},
        {"process_counters", counts_json(run.process_counts)},
        {"functions",
         list(run.functions, [&](const analysis::Function& function) { return function_json(function, measurement); })},
        {"locks", list(run.locks, lock_json)},
        {"objects", list(run.objects, object_json)},
        {"pauses", list(run.pauses, pause_json)},
        {"collections", list(run.collections, collection_json)},
        {"per_thread", list(run.thread_rows, thread_json)}};
}

}  // namespace ftscale::report
