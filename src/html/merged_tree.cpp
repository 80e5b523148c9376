// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "html/merged_tree.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace ftscale::html {

SmallerTree merge_lines(const analysis::CallTree& tree) {
    SmallerTree merged;
    merged.parents = {0};
    merged.functions = {0};
    merged.node_of.resize(tree.nodes.size());
    std::unordered_map<std::uint64_t, std::uint32_t> known;  // by parent and function
    for (std::size_t i = 1; i < tree.nodes.size(); ++i) {
        const std::uint32_t parent = merged.node_of[tree.nodes[i].parent], function = tree.nodes[i].function;
        const auto [found, is_new] = known.try_emplace((static_cast<std::uint64_t>(parent) << 32) | function,
                                                       static_cast<std::uint32_t>(merged.size()));
        if (is_new) {
            merged.parents.push_back(parent);
            merged.functions.push_back(function);
        }
        merged.node_of[i] = found->second;
    }
    return merged;
}

void add_to_callers(const std::vector<std::uint32_t>& parents, std::vector<double>& values) {
    for (std::size_t i = parents.size(); i-- > 1;) values[parents[i]] += values[i];
}

SmallerTree keep_heaviest(const SmallerTree& tree, const std::vector<double>& weights, std::size_t most_nodes,
                          double least_weight) {
    std::vector<std::uint32_t> order(tree.size() - 1);
    std::iota(order.begin(), order.end(), 1U);
    std::erase_if(order, [&](std::uint32_t node) { return weights[node] <= 0 || weights[node] < least_weight; });
    // Of equals the earlier: a caller before what it calls.
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return weights[a] > weights[b] || (weights[a] == weights[b] && a < b);
    });
    order.resize(std::min(order.size(), std::max<std::size_t>(most_nodes, 1) - 1));
    std::vector<bool> kept(tree.size());
    for (const std::uint32_t node : order) kept[node] = true;

    SmallerTree smaller;
    smaller.parents = {0};
    smaller.functions = {0};
    smaller.node_of.resize(tree.size());
    for (std::size_t i = 1; i < tree.size(); ++i) {
        const std::uint32_t parent = smaller.node_of[tree.parents[i]];
        smaller.node_of[i] = kept[i] ? static_cast<std::uint32_t>(smaller.size()) : parent;
        if (!kept[i]) continue;
        smaller.parents.push_back(parent);
        smaller.functions.push_back(tree.functions[i]);
    }
    return smaller;
}

}  // namespace ftscale::html
