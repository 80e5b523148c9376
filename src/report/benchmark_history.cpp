// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/benchmark_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "model/bootstrap.h"
#include "report/json_values.h"
#include "report/quantities.h"

namespace ftscale::report {
namespace {

using compare::Figures;
using compare::TimedPoint;

constexpr double kNanoseconds = 1e9;
constexpr double kPercent = 100;

/// A value, and where it may lie.
struct Measured {
    double value = 0;
    std::optional<model::Interval> ci95;

    /// Of factor x value + summand.
    Measured transformed(double factor, double summand) const {
        Measured result{factor * value + summand, ci95};
        if (ci95) {
            const double one = factor * ci95->first + summand, other = factor * ci95->second + summand;
            result.ci95 = {std::min(one, other), std::max(one, other)};
        }
        return result;
    }
};

Measured time_of(const TimedPoint& point) { return {model::mean(point.repeats_s), model::time_ci95(point.repeats_s)}; }

Measured speedup_of(const Figures& figures, const TimedPoint& point) {
    const TimedPoint& single = *figures.point_at(figures.baseline_threads);
    const double time_s = model::mean(point.repeats_s);
    const Measured ratio{time_s > 0 ? model::mean(single.repeats_s) / time_s : 0,
                         model::speedup_ci95(single.repeats_s, point.repeats_s)};
    return ratio.transformed(compare::speedup_scale(figures, point.threads), 0);
}

Json measure_json(const Measured& measured) {
    Json json = {{"value", number(measured.value)}};
    if (measured.ci95) {
        json["lower_value"] = number(measured.ci95->first);
        json["upper_value"] = number(measured.ci95->second);
    }
    return json;
}

std::string benchmark_name(const Figures& figures, int threads) {
    const std::string region = figures.region.empty() ? "" : " [" + figures.region + "]";
    return figures.command + region + ", " + threads_text(threads);
}

void write(const Json& json, std::ostream& out) {
    out << json.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace

void write_bencher(const Figures& figures, std::ostream& out) {
    Json json = Json::object();
    for (const TimedPoint& point : figures.points) {
        Json measures = {{"latency", measure_json(time_of(point).transformed(kNanoseconds, 0))}};
        if (point.threads != figures.baseline_threads) {
            const Measured speedup = speedup_of(figures, point);
            measures["speedup"] = measure_json(speedup);
            measures["efficiency"] = measure_json(speedup.transformed(1.0 / point.threads, 0));
            measures["lost-cores"] = measure_json(speedup.transformed(-1, point.threads));
        }
        json[benchmark_name(figures, point.threads)] = std::move(measures);
    }
    write(json, out);
}

void write_github_benchmark(const Figures& figures, std::ostream& out) {
    Json json = Json::array();
    for (const TimedPoint& point : figures.points) {
        if (point.threads == figures.baseline_threads) continue;
        const Measured speedup = speedup_of(figures, point);
        const Measured efficiency = speedup.transformed(kPercent / point.threads, 0);
        Json entry = {{"name", benchmark_name(figures, point.threads)},
                      {"unit", "% efficiency"},
                      {"value", number(efficiency.value)}};
        if (efficiency.ci95)
            entry["range"] = fmt::format("{:.1f} to {:.1f}", efficiency.ci95->first, efficiency.ci95->second);
        entry["extra"] = fmt::format("speed-up {:.2f}", speedup.value);
        json.push_back(std::move(entry));
    }
    write(json, out);
}

}  // namespace ftscale::report
