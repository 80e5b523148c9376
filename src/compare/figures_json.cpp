// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/checked_json.h"
#include "base/error.h"
#include "compare/figures.h"

namespace ftscale::compare {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "ftscale.baseline/1";

/// Enough digits for any comparison, and no more in a diff.
double rounded(double value, double digits) { return std::round(value * digits) / digits; }

Json losses_json(const std::vector<Loss>& losses) {
    Json list = Json::array();
    for (const Loss& loss : losses) {
        Json entry = {{"name", loss.name}};
        if (!loss.place.empty()) entry["place"] = loss.place;
        entry["cores"] = rounded(loss.cores, 1e4);
        entry["standard_error"] = rounded(loss.standard_error, 1e4);
        list.push_back(std::move(entry));
    }
    return list;
}

using Value = base::JsonValue<Json>;

// Beyond these no figure means anything.
constexpr int kMostThreads = 65536, kMostCpus = 1 << 20;
constexpr double kMostSeconds = 1e9, kMostCores = 1e15;

std::vector<Loss> parse_losses(const Value& list) {
    std::vector<Loss> losses;
    for (const Value& entry : list.elements()) {
        Loss& loss = losses.emplace_back();
        entry["name"].to(loss.name);
        entry.member_to("place", loss.place);
        entry["cores"].to(loss.cores, -kMostCores, kMostCores);
        entry["standard_error"].to(loss.standard_error, 0.0, kMostCores);
    }
    return losses;
}

TimedPoint parse_point(const Value& object) {
    TimedPoint point;
    object["threads"].to(point.threads, 1, kMostThreads);
    for (const Value& time_s : object["repeats_s"].elements())
        time_s.to(point.repeats_s.emplace_back(), 0.0, kMostSeconds);
    object.member_to("disturbed", point.is_disturbed);
    return point;
}

LossPoint parse_loss_point(const Value& object) {
    LossPoint point;
    object["threads"].to(point.threads, 1, kMostThreads);
    point.categories = parse_losses(object["categories"]);
    point.functions = parse_losses(object["functions"]);
    point.locks = parse_losses(object["locks"]);
    point.objects = parse_losses(object["objects"]);
    return point;
}

/// Each is looked up by its thread count, and the last is the largest.
template <typename Point>
void check_order(const Value& list, const std::vector<Point>& points) {
    const auto unordered = std::adjacent_find(points.begin(), points.end(),
                                              [](const Point& a, const Point& b) { return a.threads >= b.threads; });
    if (unordered != points.end()) list.refuse("is not in the order of thread counts");
}

Figures figures_of(const Value& object) {
    Figures figures;
    object["command"].to(figures.command);
    object["interpreter"].to(figures.interpreter);
    object["gil_on"].to(figures.gil_on);
    object["cpus"].to(figures.cpus, 0, kMostCpus);
    object["processor"].to(figures.processor);
    object["scaling"].to(figures.scaling);
    object["region"].to(figures.region);
    object["baseline_threads"].to(figures.baseline_threads, 1, kMostThreads);
    object["created"].to(figures.created);
    object["tool_version"].to(figures.tool_version);
    object.member_to("sweep_s", figures.sweep_s, 0.0, kMostSeconds);  // baselines of before have none
    for (const Value& point : object["points"].elements()) figures.points.push_back(parse_point(point));
    check_order(object["points"], figures.points);
    for (const Value& point : object["losses"].elements()) figures.losses.push_back(parse_loss_point(point));
    check_order(object["losses"], figures.losses);
    return figures;
}

}  // namespace

std::string to_json(const Figures& figures) {
    Json json = {{"schema", kSchema},
                 {"command", figures.command},
                 {"interpreter", figures.interpreter},
                 {"gil_on", figures.gil_on},
                 {"cpus", figures.cpus},
                 {"processor", figures.processor},
                 {"scaling", figures.scaling},
                 {"region", figures.region},
                 {"baseline_threads", figures.baseline_threads},
                 {"created", figures.created},
                 {"tool_version", figures.tool_version},
                 {"sweep_s", rounded(figures.sweep_s, 1e3)},
                 {"points", Json::array()},
                 {"losses", Json::array()}};
    for (const TimedPoint& point : figures.points) {
        Json times = Json::array();
        for (const double time_s : point.repeats_s) times.push_back(rounded(time_s, 1e6));
        json["points"].push_back({{"threads", point.threads}, {"repeats_s", std::move(times)}});
        if (point.is_disturbed) json["points"].back()["disturbed"] = true;
    }
    for (const LossPoint& point : figures.losses)
        json["losses"].push_back({{"threads", point.threads},
                                  {"categories", losses_json(point.categories)},
                                  {"functions", losses_json(point.functions)},
                                  {"locks", losses_json(point.locks)},
                                  {"objects", losses_json(point.objects)}});
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Figures parse_figures(const std::string& text) {
    const char* const hint = "make one with: ftscale baseline RECORDING -o FILE";
    const auto refuse = [hint](const char* why) {
        return base::Error(std::string("the baseline cannot be read: ") + why, hint);
    };
    try {
        const Json json = Json::parse(text);
        if (!json.is_object() || !json.contains("schema") || json["schema"] != kSchema)
            throw base::Error("this is no baseline of ftscale, or one of another version", hint);
        return figures_of(base::checked(json));
    } catch (const Json::exception& error) {
        throw refuse(error.what());
    } catch (const base::BadMember& error) {
        throw refuse(error.what());
    }
}

}  // namespace ftscale::compare
