// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The call tree by function alone, and cut down to what can be seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "analysis/call_tree.h"

namespace ftscale::html {

/// A tree with fewer nodes, and where the nodes of the larger one stand in it. Node 0 is the root in both; parents
/// stand before their children.
struct SmallerTree {
    std::vector<std::uint32_t> parents, functions;
    std::vector<std::uint32_t> node_of;  // by node of the larger tree
    std::size_t size() const { return parents.size(); }
};

/// Calls of one function from one context are one node, whatever the lines they were made from.
SmallerTree merge_lines(const analysis::CallTree& tree);

/// Adds each node's value to all its callers.
void add_to_callers(const std::vector<std::uint32_t>& parents, std::vector<double>& values);

/// Keeps the root and the nodes of most weight, of `most_nodes` in all, and of no less than `least_weight`; the others
/// stand at their callers. No node may weigh more than its caller.
SmallerTree keep_heaviest(const SmallerTree& tree, const std::vector<double>& weights, std::size_t most_nodes,
                          double least_weight);

}  // namespace ftscale::html
