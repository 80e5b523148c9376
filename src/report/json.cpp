// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/category_notes.h"
#include "report/sections.h"

namespace ftscale::report {
namespace {

using account::Category;
using analysis::Amounts;
using analysis::Analysis;
using analysis::RegionResult;
using analysis::RunResult;
using Json = nlohmann::ordered_json;

/// JSON knows no NaN and no infinity. Adding 0 turns -0.0 into 0.
Json number(double value) { return std::isfinite(value) ? Json(value + 0.0) : Json(nullptr); }
Json number(const std::optional<double>& value) { return value ? number(*value) : Json(nullptr); }

Json interval(const std::optional<analysis::Interval>& ends) {
    return ends ? Json::array({number(ends->first), number(ends->second)}) : Json(nullptr);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

/// For each element what `to_json` makes of it.
template <typename Elements, typename ToJson>
Json list(const Elements& elements, ToJson to_json) {
    Json array = Json::array();
    for (const auto& element : elements) array.push_back(to_json(element));
    return array;
}

/// Every category: a ledger must be seen to sum.
Json all_amounts(const Amounts& amounts) {
    Json object = Json::object();
    for (const Category category : account::kAllCategories)
        object[account::category_name(category)] = number(amounts[category]);
    return object;
}

Json nonzero_amounts(const Amounts& amounts) {
    Json object = Json::object();
    for (const Category category : account::kAllCategories)
        if (amounts[category] != 0) object[account::category_name(category)] = number(amounts[category]);
    return object;
}

Json target_json(const recording::Manifest& manifest) {
    const recording::Interpreter& interpreter = manifest.interpreter;
    return {{"argv", manifest.argv},
            {"working_directory", manifest.working_directory},
            {"interpreter",
             {{"path", interpreter.path},
              {"version", interpreter.version},
              {"build", interpreter.build},
              {"implementation", interpreter.implementation},
              {"free_threaded", interpreter.free_threaded},
              {"gil_enabled", interpreter.gil_enabled}}}};
}

Json machine_json(const recording::Machine& machine) {
    return {{"cpus", machine.cpus},
            {"physical_cores", machine.physical_cores},
            {"model", machine.model},
            {"kernel", machine.kernel},
            {"governor", text_or_null(machine.governor)},
            {"cgroup_cpu_limit", number(machine.cgroup_cpu_limit)},
            {"perf_event_paranoid", machine.perf_event_paranoid ? Json(*machine.perf_event_paranoid) : Json(nullptr)},
            {"memory_bytes", machine.memory_bytes}};
}

const char* outcome_name(recording::RunOutcome outcome) {
    switch (outcome) {
        case recording::RunOutcome::Exited:
            return "exited";
        case recording::RunOutcome::Signalled:
            return "signalled";
        case recording::RunOutcome::TimedOut:
            return "timed_out";
        case recording::RunOutcome::Interrupted:
            return "interrupted";
        case recording::RunOutcome::FailedToStart:
            break;
    }
    return "failed_to_start";
}

Json execution_json(const recording::Run& run) {
    return {{"threads", run.threads},
            {"repeat", run.repeat},
            {"warmup", run.warmup},
            {"control", text_or_null(run.control)},
            {"has_probe", run.has_probe},
            {"outcome", outcome_name(run.outcome)},
            {"exit_code", run.exit_code},
            {"signal", run.signal},
            {"cpus", run.cpus}};
}

Json sweep_json(const recording::Manifest& manifest) {
    const recording::Sweep& sweep = manifest.sweep;
    return {{"created", manifest.created},
            {"tool_version", manifest.tool_version},
            {"threads", sweep.threads},
            {"repeats", sweep.repeats},
            {"warmups", sweep.warmups},
            {"seed", sweep.seed},
            {"pinned", sweep.pinned},
            {"interrupted", manifest.interrupted},
            {"executions", list(manifest.runs, execution_json)}};
}

Json sources_json() {
    Json sources = Json::object();
    for (const Category category : account::kAllCategories)
        sources[account::category_name(category)] = source_name(note_on(category).source);
    return sources;
}

Json calibration_point_json(const analysis::CalibrationPoint& point) {
    return {{"threads", point.threads},
            {"time_ratios", list(point.time_ratios, [](double ratio) { return number(ratio); })},
            {"time_ratio", number(point.time_ratio)},
            {"time_ratio_ci95", interval(point.time_ratio_ci95)},
            {"speedup_change", number(point.speedup_change)},
            {"speedup_change_ci95", interval(point.speedup_change_ci95)}};
}

Json calibration_json(const std::optional<analysis::Calibration>& calibration) {
    if (!calibration) return nullptr;
    return {{"time_ratio", number(calibration->time_ratio)},
            {"time_ratio_ci95", interval(calibration->time_ratio_ci95)},
            {"pairs", calibration->pairs},
            {"points", list(calibration->points, calibration_point_json)}};
}

Json measurement_json(const analysis::Measurement& measurement) {
    Json dropped = Json::object();
    for (const auto& [reason, count] : measurement.dropped) dropped[reason] = count;
    return {{"sampler", text_or_null(measurement.sampler)},
            {"frequency_hz", measurement.sampler.empty() ? Json(nullptr) : number(measurement.frequency_hz)},
            {"counters", Json::array()},
            {"samples", measurement.samples},
            {"truncated_stacks", measurement.truncated_stacks},
            {"dropped", dropped},
            {"gil",
             {{"on_at_start", measurement.gil.on_at_start},
              {"on_at_end", measurement.gil.on_at_end},
              {"modules", measurement.gil.modules}}},
            {"probe_cost_share", number(measurement.probe_cost_share)},
            {"calibration", calibration_json(measurement.calibration)},
            {"sources", sources_json()}};
}

Json point_json(const analysis::Point& point) {
    return {{"threads", point.threads},
            {"repeats_s", list(point.repeats_s, [](double seconds) { return number(seconds); })},
            {"wall_s", number(point.wall_s)},
            {"ci95_s", interval(point.ci95_s)},
            {"speedup", number(point.speedup)},
            {"speedup_ci95", interval(point.speedup_ci95)},
            {"efficiency", number(point.efficiency)},
            {"oversubscribed", point.oversubscribed},
            {"smt_siblings", point.smt_siblings}};
}

Json control_point_json(const analysis::ControlPoint& point) {
    return {{"threads", point.threads},
            {"repeats_s", list(point.repeats_s, [](double seconds) { return number(seconds); })},
            {"wall_s", number(point.wall_s)},
            {"ci95_s", interval(point.ci95_s)},
            {"speedup", number(point.speedup)},
            {"speedup_ci95", interval(point.speedup_ci95)}};
}

Json control_json(const analysis::Control& control) {
    return {{"control", control.name}, {"points", list(control.points, control_point_json)}};
}

Json amdahl_json(const std::optional<analysis::AmdahlFit>& fit) {
    if (!fit) return nullptr;
    return {{"serial_fraction", number(fit->serial_fraction)}, {"ci95", interval(fit->ci95)}};
}

Json usl_json(const std::optional<analysis::UslFit>& fit) {
    if (!fit) return nullptr;
    return {{"sigma", number(fit->sigma)},
            {"kappa", number(fit->kappa)},
            {"ci95", {{"sigma", interval(fit->sigma_ci95)}, {"kappa", interval(fit->kappa_ci95)}}},
            {"peak_threads", number(fit->peak_threads)}};
}

Json scaling_json(const Analysis& analysis, const RegionResult& region) {
    const bool is_weak = analysis.manifest.sweep.scaling == recording::Scaling::Weak;
    return {{"mode", is_weak ? "weak" : "strong"},
            {"baseline_threads", analysis.baseline_threads},
            {"points", list(region.points, point_json)},
            {"controls", list(region.controls, control_json)},
            {"control_sentence", text_or_null(control_sentence(region))},
            {"amdahl", amdahl_json(region.amdahl)},
            {"usl", usl_json(region.usl)}};
}

Json function_json(const analysis::Function& function) {
    Json lines = Json::object();
    for (const auto& [line, seconds] : function.seconds_by_line) lines[std::to_string(line)] = number(seconds);
    return {{"function", function.place.function},
            {"file", function.place.file},
            {"line", function.place.line},
            {"native", function.place.native},
            {"outside_python", function.outside_python},
            {"hot_line", function.hot_line},
            {"loss_s", number(function.loss_s)},
            {"by", nonzero_amounts(function.loss)},
            {"self_s", nonzero_amounts(function.self)},
            {"lines_s", lines},
            {"counters", Json::object()},
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
    return {{"name", row.name}, {"tid", row.tid}, {"ledger", all_amounts(row.ledger)}};
}

Json run_json(const RunResult& run) {
    return {{"threads", run.threads},
            {"capacity_s", number(run.capacity_s)},
            {"loss_s", number(run.loss_s)},
            {"ledger", all_amounts(run.ledger)},
            {"loss", all_amounts(run.loss)},
            {"functions", list(run.functions, function_json)},
            {"locks", list(run.locks, lock_json)},
            {"objects", list(run.objects, object_json)},
            {"pauses", list(run.pauses, pause_json)},
            {"collections", list(run.collections, collection_json)},
            {"per_thread", list(run.thread_rows, thread_json)}};
}

Json finding_json(const analysis::Finding& finding) {
    return {{"rule", finding.rule},         {"uncertainty_cores", number(finding.uncertainty_cores)},
            {"severity", finding.severity}, {"lost_cores", number(finding.lost_cores)},
            {"title", finding.title},       {"evidence", finding.evidence},
            {"advice", finding.advice}};
}

Json warning_json(const analysis::Warning& warning) { return {{"code", warning.code}, {"message", warning.message}}; }

}  // namespace

void write_json(const Analysis& analysis, std::ostream& out) {
    const Json report = {
        {"schema", "ftscale.report/1"},
        {"target", target_json(analysis.manifest)},
        {"machine", machine_json(analysis.manifest.machine)},
        {"sweep", sweep_json(analysis.manifest)},
        {"measurement", measurement_json(analysis.measurement)},
        {"region", text_or_null(analysis.whole.name)},
        {"scaling", scaling_json(analysis, analysis.whole)},
        {"runs", list(analysis.whole.runs, run_json)},
        {"regions", list(analysis.regions,
                         [&](const RegionResult& region) -> Json {
                             return {{"name", region.name},
                                     {"scaling", scaling_json(analysis, region)},
                                     {"runs", list(region.runs, run_json)}};
                         })},
        {"findings", list(analysis.findings, finding_json)},
        {"warnings", list(complete_warnings(analysis), warning_json)},
    };
    // Names come from scripts and file systems: what is not UTF-8 becomes U+FFFD rather than an exception.
    out << report.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace ftscale::report
