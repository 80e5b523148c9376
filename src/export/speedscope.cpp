// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/speedscope.h"
#include "analysis/places.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <map>
#include <vector>

#include "export/frame_label.h"
#include "export/text.h"
#include "export/title.h"

namespace ftscale::exports {
namespace {

constexpr const char* kSchema = "https://www.speedscope.app/file-format-schema.json";

using Path = std::vector<std::size_t>;  // of frames, outermost first

/// The frames that stacks are made of; each is numbered when it is first seen.
class Frames {
  public:
    Frames(const analysis::CallTree& tree, const WeightedStacks& stacks) : tree_(tree), stacks_(stacks) {}

    Path path(const StackWeight& stack) {
        Path path;
        for (const std::uint32_t node : tree_.path(stack.node)) path.push_back(function(tree_.nodes[node].function));
        std::string state = state_label(stacks_, stack);
        if (state.empty() && path.empty()) state = "[work]";
        if (!state.empty()) path.push_back(number(states_, state, fmt::format("{{\"name\":{}}}", json_string(state))));
        return path;
    }

    const std::vector<std::string>& json() const { return json_; }

  private:
    std::size_t function(std::uint32_t index) {
        const auto found = functions_.find(index);
        if (found != functions_.end()) return found->second;
        const analysis::Place& place = tree_.functions[index];
        std::string text = fmt::format("{{\"name\":{}", json_string(frame_label(place)));
        const std::string& file = analysis::source_of(place);
        if (!file.empty()) text += fmt::format(",\"file\":{}", json_string(file));
        if (place.line > 0) text += fmt::format(",\"line\":{}", place.line);
        return number(functions_, index, text + "}");
    }

    template <typename Key>
    std::size_t number(std::map<Key, std::size_t>& numbers, const Key& key, const std::string& text) {
        const auto [found, is_new] = numbers.try_emplace(key, json_.size());
        if (is_new) json_.push_back(text);
        return found->second;
    }

    const analysis::CallTree& tree_;
    const WeightedStacks& stacks_;
    std::map<std::uint32_t, std::size_t> functions_;
    std::map<std::string, std::size_t> states_;
    std::vector<std::string> json_;  // by number
};

/// Nodes that differ in their lines only are one stack here; what was not there, or has shrunk, is none.
std::map<Path, double> weights_of(const Series& series, Frames& frames) {
    std::map<Path, double> weights;
    for (const StackWeight& stack : series.stacks) weights[frames.path(stack)] += stack.value;
    std::erase_if(weights, [](const auto& weight) { return !(weight.second > 0); });
    return weights;
}

void write_profile(const std::string& name, const char* unit, const std::map<Path, double>& weights,
                   std::ostream& out) {
    double total = 0;
    for (const auto& [path, weight] : weights) total += weight;
    fmt::print(out, "{{\"type\":\"sampled\",\"name\":{},\"unit\":\"{}\",\"startValue\":0,\"endValue\":{},\"samples\":[",
               json_string(name), unit, total);
    const char* comma = "";
    for (const auto& [path, weight] : weights) {
        fmt::print(out, "{}[{}]", comma, fmt::join(path, ","));
        comma = ",\n";
    }
    fmt::print(out, "],\"weights\":[");
    comma = "";
    for (const auto& [path, weight] : weights) {
        fmt::print(out, "{}{}", comma, weight);
        comma = ",";
    }
    fmt::print(out, "]}}");
}

}  // namespace

void write_speedscope(const analysis::CallTree& tree, const WeightedStacks& stacks, const std::string& name,
                      std::ostream& out) {
    const std::string growth = stacks.what == What::Loss ? " (growth only)" : "";
    Frames frames(tree, stacks);
    fmt::print(out, "{{\"$schema\":\"{}\",\n\"exporter\":{},\"name\":{},\"activeProfileIndex\":0,\n\"profiles\":[",
               kSchema, json_string(exporter()), json_string(name));
    const char* comma = "\n";
    for (const Series& series : stacks.series) {
        out << comma;
        write_profile(fmt::format("{}: {}{}", series.name, stacks.unit_name, growth),
                      stacks.is_time ? "seconds" : "none", weights_of(series, frames), out);
        comma = ",\n";
    }
    fmt::print(out, "],\n\"shared\":{{\"frames\":[\n{}]}}}}\n", fmt::join(frames.json(), ",\n"));
}

}  // namespace ftscale::exports
