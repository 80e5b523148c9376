// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/json_parts.h"

#include "report/sections.h"

namespace ftscale::report {

using analysis::RegionResult;

namespace {

Json point_json(const analysis::Point& point) {
    return {{"threads", point.threads},
            {"repeats_s", list(point.repeats_s, [](double seconds) { return number(seconds); })},
            {"wall_s", number(point.wall_s)},
            {"median_s", number(point.median_s)},
            {"ci95_s", interval(point.ci95_s)},
            {"speedup", number(point.speedup)},
            {"speedup_ci95", interval(point.speedup_ci95)},
            {"efficiency", number(point.efficiency)},
            {"oversubscribed", point.oversubscribed},
            {"smt_siblings", point.smt_siblings},
            {"disturbed_runs", point.disturbed},
            {"left_out_runs", point.left_out}};
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
            {"peak_threads", number(fit->peak_threads)},
            {"peak_ci95", {{"low", number(fit->peak_low)}, {"high", number(fit->peak_high)}}}};
}

Json prediction_json(const analysis::Prediction& prediction) {
    return {{"threads", prediction.threads},
            {"speedup", number(prediction.speedup)},
            {"speedup_ci95", interval(prediction.ci95)}};
}

}  // namespace

Json scaling_json(const Analysis& analysis, const RegionResult& region) {
    const bool is_weak = analysis.manifest.sweep.scaling == recording::Scaling::Weak;
    return {{"mode", is_weak ? "weak" : "strong"},
            {"baseline_threads", analysis.baseline_threads},
            {"points", list(region.points, point_json)},
            {"controls", list(region.controls, control_json)},
            {"control_sentence", text_or_null(control_sentence(region))},
            {"amdahl", amdahl_json(region.amdahl)},
            {"usl", usl_json(region.usl)},
            {"why_no_amdahl", text_or_null(region.why_no_amdahl)},
            {"why_no_usl", text_or_null(region.why_no_usl)},
            {"predicted_by", region.law ? Json(region.law->name) : Json()},
            {"predictions", list(region.predictions, prediction_json)}};
}

}  // namespace ftscale::report
