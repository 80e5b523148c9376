// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/json_parts.h"

#include "report/category_notes.h"

namespace ftscale::report {

using account::Category;

namespace {

Json sources_json(const analysis::Measurement& measurement) {
    Json sources = Json::object();
    for (const Category category : account::kAllCategories)
        sources[account::category_name(category)] = source_name(category, measurement);
    return sources;
}

Json counter_json(const analysis::CounterFacts& counter) {
    return {{"name", counter.name},
            {"role", text_or_null(counter.role)},
            {"user_only", counter.user_only},
            {"running_share", number(counter.running_share)}};
}

Json missing_counter_json(const recording::MissingCounter& counter) {
    return {{"name", counter.name}, {"reason", counter.reason}};
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

Json thinning_json(const analysis::ThinningStep& step) {
    return {{"threads", step.threads},         {"repeat", step.repeat},
            {"from_s", number(step.from_s)},   {"samples_every", step.samples_every},
            {"waits_every", step.waits_every}, {"limit_bytes", step.limit_bytes}};
}

}  // namespace

Json measurement_json(const analysis::Measurement& measurement) {
    Json dropped = Json::object();
    for (const auto& [reason, count] : measurement.dropped) dropped[reason] = count;
    return {{"sampler", text_or_null(measurement.sampler)},
            {"frequency_hz", measurement.sampler.empty() ? Json(nullptr) : number(measurement.frequency_hz)},
            {"counters", list(measurement.counters, counter_json)},
            {"missing_counters", list(measurement.missing_counters, missing_counter_json)},
            {"samples", measurement.samples},
            {"truncated_stacks", measurement.truncated_stacks},
            {"dropped", dropped},
            {"thinning", list(measurement.thinning, thinning_json)},
            {"gil",
             {{"on_at_start", measurement.gil.on_at_start},
              {"on_at_end", measurement.gil.on_at_end},
              {"modules", measurement.gil.modules}}},
            {"probe_cost_share", number(measurement.probe_cost_share)},
            {"calibration", calibration_json(measurement.calibration)},
            {"sources", sources_json(measurement)}};
}

}  // namespace ftscale::report
