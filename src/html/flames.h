// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Flame graphs as the page draws them: one tree of calling contexts by function, small enough to be looked at, and what
// each context costs in each view. Nothing is lost on the way: what is too small to be drawn stands at its caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "account/ledger.h"
#include "analysis/profile.h"

namespace ftscale::html {

enum class FlameKind { Time, WaitsByWaiter, WaitsByHolder, Loss };
/// As in the page's data: "time", "waits_by_waiter", "waits_by_holder", "loss".
const char* flame_kind_name(FlameKind kind);

/// A function called from the node's parent, from whatever line. Node 0 is the root, of no function.
struct FlameNode {
    std::uint32_t parent = 0;    // stands before its children
    std::uint32_t function = 0;  // in CallTree::functions
    int line = 0;                // of the function: where most of the node's time was; 0: unknown
};

/// What a node costs by itself, without its children.
struct FlameCost {
    std::uint32_t node = 0;
    account::Category category{};
    int lock = analysis::kNone;  // in Flames::locks
    double seconds = 0;          // Loss: negative where it has shrunk
    double waits = 0;            // that began; 0 where it makes no sense
};

/// Means over the repeats.
struct FlameView {
    FlameKind kind{};
    int threads = 1;
    int versus = 0;  // Loss: the thread count it is the growth over
    double wall_s = 0;
    double total_s = 0;       // sum of `own`. Time: threads x wall_s; Loss: the gap to the ideal
    double folded_share = 0;  // of the nodes that cost something: those that stand at their callers
    std::vector<FlameCost> own;
};

struct Flames {
    std::vector<FlameNode> nodes;
    std::vector<std::uint32_t> node_of;  // by CallTree node: the one it stands at here
    std::vector<analysis::ProfileLock> locks;
    std::vector<FlameView> views;  // by kind and thread count
};

struct FlameOptions {
    std::set<int> threads = {};  // these thread counts only; empty: all
    int versus = 0;              // what losses are the growth over; 0: the baseline
    std::size_t most_nodes = 20'000;
};

/// Throws base::Error (usage) for a thread count that the recording does not have. Empty where it has no runs.
Flames make_flames(const analysis::Profile& profile, const FlameOptions& options = {});

}  // namespace ftscale::html
