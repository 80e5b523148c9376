// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Calling contexts as people look at them: who called whom, by function. Python functions, the native functions they
// ended in, and those of extension modules in between; the interpreter's own frames between two Python functions say
// nothing and are left out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "account/sites.h"
#include "analysis/analysis.h"
#include "analysis/places.h"

namespace ftscale::analysis {

/// A node: a function called from the node's parent, at the line it has reached. Node 0 is the root, of no function.
struct CallNode {
    std::uint32_t parent = 0;
    std::uint32_t function = 0;  // in CallTree::functions
    int line = 0;                // 0: unknown (native without debug info)
};

struct CallTree {
    std::vector<Place> functions;                // line: where the function starts (0: native)
    std::vector<CallNode> nodes = {CallNode{}};  // a parent stands before its children

    /// From the outermost to the node itself.
    std::vector<std::uint32_t> path(std::uint32_t node) const;
};

class CallTreeBuilder {
  public:
    CallTreeBuilder(const recording::Recording& recording, const account::Sites& sites)
        : recording_(recording), sites_(sites) {}

    /// Computed once per stack.
    std::uint32_t node_of(recording::StackId stack);
    CallTree take() { return std::move(tree_); }

  private:
    recording::StackId next_python(recording::StackId node) const;
    std::uint32_t context_of(recording::StackId python_node);
    std::uint32_t add_natives(std::uint32_t parent, recording::StackId inner, recording::StackId outer, bool all);
    bool is_probe(recording::FrameId frame) const;
    bool is_shown_between(recording::FrameId frame) const;
    std::uint32_t add_native(std::uint32_t parent, recording::FrameId frame);
    std::uint32_t child(std::uint32_t parent, std::uint32_t function, int line);
    std::uint32_t function_of(recording::FrameId frame);
    std::uint32_t function_of(const Place& place);

    const recording::Recording& recording_;
    const account::Sites& sites_;
    CallTree tree_;
    std::map<Place, std::uint32_t> functions_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, int>, std::uint32_t> children_;
    std::vector<std::uint32_t> nodes_, contexts_;  // by stack, plus one; 0: not yet known
    std::vector<std::uint32_t> frame_functions_;   // by frame, likewise
};

}  // namespace ftscale::analysis
