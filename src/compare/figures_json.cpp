// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <cmath>
#include <nlohmann/json.hpp>

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

std::vector<Loss> parse_losses(const Json& list) {
    std::vector<Loss> losses;
    for (const Json& entry : list)
        losses.push_back(
            {entry.at("name"), entry.value("place", ""), entry.at("cores"), entry.at("standard_error"), {}});
    return losses;
}

Figures figures_of(const Json& json) {
    Figures figures;
    figures.command = json.at("command");
    figures.interpreter = json.at("interpreter");
    figures.gil_on = json.at("gil_on");
    figures.cpus = json.at("cpus");
    figures.processor = json.at("processor");
    figures.scaling = json.at("scaling");
    figures.region = json.at("region");
    figures.baseline_threads = json.at("baseline_threads");
    figures.created = json.at("created");
    figures.tool_version = json.at("tool_version");
    figures.sweep_s = json.value("sweep_s", 0.0);  // baselines of before have none
    for (const Json& point : json.at("points"))
        figures.points.push_back(
            {point.at("threads"), point.at("repeats_s").get<std::vector<double>>(), point.value("disturbed", false)});
    for (const Json& point : json.at("losses"))
        figures.losses.push_back({point.at("threads"), parse_losses(point.at("categories")),
                                  parse_losses(point.at("functions")), parse_losses(point.at("locks")),
                                  parse_losses(point.at("objects"))});
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
    try {
        const Json json = Json::parse(text);
        if (!json.is_object() || json.value("schema", "") != kSchema)
            throw base::Error("this is no baseline of ftscale, or one of another version", hint);
        return figures_of(json);
    } catch (const Json::exception& error) {
        throw base::Error(std::string("the baseline cannot be read: ") + error.what(), hint);
    }
}

}  // namespace ftscale::compare
