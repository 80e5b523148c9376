// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How locks and objects are known across runs, where their addresses mean nothing: by a key that says what they are and
// which function has most to do with them, and a rank among those of a run that are otherwise alike.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/places.h"

namespace ftscale::analysis {

/// Of those that are alike (the cells of a closure, one lock per shard, the rows of a matrix), what is below this share
/// stands in one row with its like.
inline constexpr double kOwnRowShare = 0.1;
inline constexpr int kSmallOnesRank = 1'000'000;

/// Fills in Key::rank. `keys` and `amounts` belong together, largest amount first.
template <typename Key>
void rank_alike(std::vector<Key>& keys, const std::vector<double>& amounts) {
    std::map<Key, double> totals;
    for (std::size_t i = 0; i < keys.size(); ++i) totals[keys[i]] += amounts[i];
    std::map<Key, int> next_rank;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const bool stands_alone = amounts[i] >= kOwnRowShare * totals[keys[i]];
        keys[i].rank = stands_alone ? next_rank[keys[i]]++ : kSmallOnesRank;
    }
}

/// One id per key, the same at every thread count; with #2, #3 where `id_of` is not enough.
template <typename Key, typename Cost, typename IdOf>
std::map<Key, std::string> number_ids(const std::vector<const std::map<Key, Cost>*>& costs, IdOf id_of) {
    std::set<Key> keys;
    for (const auto* of_count : costs)
        for (const auto& [key, cost] : *of_count) keys.insert(key);
    std::map<Key, std::string> ids;
    std::map<std::string, int> taken;
    for (const Key& key : keys) {
        const std::string id = id_of(key);
        const int number = ++taken[id];
        ids[key] = number == 1 ? id : id + "#" + std::to_string(number);
    }
    return ids;
}

/// Writes into each function the ids of what it had to do with (Cost::functions), most first.
template <typename Key, typename Cost>
void link_ids(const std::map<Key, Cost>& costs, const std::map<Key, std::string>& ids, std::vector<Function>& functions,
              std::vector<std::string> Function::*member) {
    std::map<FunctionKey, std::vector<std::pair<double, std::string>>> by_function;
    for (const auto& [key, cost] : costs)
        for (const auto& [function, seconds] : cost.functions)
            by_function[function].emplace_back(-seconds, ids.at(key));
    for (Function& function : functions) {
        const auto found = by_function.find({function.place, function.outside_python});
        if (found == by_function.end()) continue;
        std::sort(found->second.begin(), found->second.end());
        for (const auto& [seconds, id] : found->second) (function.*member).push_back(id);
    }
}

/// The function with most of it, by where a category's charges are shown; an empty place where there is none. Not the
/// line: which one has most may differ from one run to the next.
inline Place main_function_place(const std::map<recording::StackId, double>& seconds, account::Category category,
                                 const Places& places) {
    std::map<Place, double> sums;
    for (const auto& [stack, spent] : seconds) sums[places.locate(stack, category).function.place] += spent;
    const auto most =
        std::max_element(sums.begin(), sums.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == sums.end() ? Place{} : most->first;
}

/// "list@app.py:12" of "list" and its place.
inline std::string id_at(const std::string& what, const Place& place) {
    if (place.file.empty()) return what;
    const std::string id = what + "@" + base_name(place.file);
    return place.line > 0 ? id + ":" + std::to_string(place.line) : id;
}

}  // namespace ftscale::analysis
