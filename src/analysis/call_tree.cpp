// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/call_tree.h"

#include <algorithm>

namespace ftscale::analysis {

using recording::FrameId;
using recording::StackId;

namespace {}  // namespace

std::vector<std::uint32_t> CallTree::path(std::uint32_t node) const {
    std::vector<std::uint32_t> path_nodes;
    for (; node != 0; node = nodes[node].parent) path_nodes.push_back(node);
    std::reverse(path_nodes.begin(), path_nodes.end());
    return path_nodes;
}

std::uint32_t CallTreeBuilder::node_of(StackId stack) {
    const auto index = static_cast<std::size_t>(stack);
    nodes_.resize(std::max(nodes_.size(), index + 1));
    if (nodes_[index] == 0) {
        const StackId python = sites_.traits(stack).innermost_python;
        const std::uint32_t context = python == StackId::Empty ? 0 : context_of(python);
        nodes_[index] = add_natives(context, stack, python, true) + 1;
    }
    return nodes_[index] - 1;
}

/// The node itself, or the innermost Python function outside of it.
StackId CallTreeBuilder::next_python(StackId node) const {
    while (node != StackId::Empty && !recording_.stacks.leaf(node).python) node = recording_.stacks.node(node).parent;
    return node;
}

/// The Python function that stands there, called from those outside of it.
std::uint32_t CallTreeBuilder::context_of(StackId python_node) {
    // From the inside out, and then back: recursion may be as deep as the script's own.
    std::vector<StackId> unknown;
    std::uint32_t context = 0;
    for (StackId node = python_node; node != StackId::Empty;) {
        const auto index = static_cast<std::size_t>(node);
        contexts_.resize(std::max(contexts_.size(), index + 1));
        if (contexts_[index] != 0) {
            context = contexts_[index] - 1;
            break;
        }
        unknown.push_back(node);
        node = next_python(recording_.stacks.node(node).parent);
    }
    for (std::size_t i = unknown.size(); i-- > 0;) {
        const StackId parent = recording_.stacks.node(unknown[i]).parent;
        const StackId outer = i + 1 < unknown.size() ? unknown[i + 1] : next_python(parent);
        const FrameId frame = recording_.stacks.node(unknown[i]).frame;
        context = child(add_natives(context, parent, outer, false), function_of(frame), sites_.name(frame).line);
        contexts_[static_cast<std::size_t>(unknown[i])] = context + 1;
    }
    return context;
}

/// The native frames from `inner` out to, but without, `outer`.
std::uint32_t CallTreeBuilder::add_natives(std::uint32_t parent, StackId inner, StackId outer, bool all) {
    std::vector<FrameId> frames;
    for (StackId node = inner; node != outer && node != StackId::Empty; node = recording_.stacks.node(node).parent) {
        const FrameId frame = recording_.stacks.node(node).frame;
        if (all ? !is_probe(frame) : is_shown_between(frame)) frames.push_back(frame);
    }
    for (std::size_t i = frames.size(); i-- > 0;) parent = add_native(parent, frames[i]);
    return parent;
}

/// Where there is debug info, also what was inlined there.
std::uint32_t CallTreeBuilder::add_native(std::uint32_t parent, FrameId frame) {
    const auto& sources = sites_.sources(frame);
    if (sources.empty()) return child(parent, function_of(frame), 0);
    const symbols::FrameName& name = sites_.name(frame);
    for (std::size_t i = sources.size(); i-- > 0;) {
        // The last one is the function itself, which the symbol table may know by more than its name in the source.
        const bool is_itself = i + 1 == sources.size();
        const std::string& function = is_itself ? name.function : sources[i].function;
        parent = child(parent, function_of(Place{function, name.file, 0, true, sources[i].file}), sources[i].line);
    }
    return parent;
}

/// What stands in for a libc function is none of the script's.
bool CallTreeBuilder::is_probe(FrameId frame) const {
    const recording::ModuleId module = recording_.stacks.frame(frame).module;
    return module != recording::ModuleId::None &&
           base_name(recording_.modules[static_cast<std::size_t>(module)].path).rfind("libftscale_probe", 0) == 0;
}

bool CallTreeBuilder::is_shown_between(FrameId frame) const {
    const recording::ModuleId module = recording_.stacks.frame(frame).module;
    return module != recording::ModuleId::None &&
           !is_plumbing_module(recording_.modules[static_cast<std::size_t>(module)].path);
}

std::uint32_t CallTreeBuilder::child(std::uint32_t parent, std::uint32_t function, int line) {
    const auto [found, is_new] =
        children_.try_emplace({parent, function, line}, static_cast<std::uint32_t>(tree_.nodes.size()));
    if (is_new) tree_.nodes.push_back({parent, function, line});
    return found->second;
}

std::uint32_t CallTreeBuilder::function_of(FrameId frame) {
    const auto index = static_cast<std::size_t>(frame);
    frame_functions_.resize(std::max(frame_functions_.size(), index + 1));
    if (frame_functions_[index] == 0) {
        const symbols::FrameName& name = sites_.name(frame);
        frame_functions_[index] = function_of(Place{name.function, name.file, name.first_line, !name.python}) + 1;
    }
    return frame_functions_[index] - 1;
}

std::uint32_t CallTreeBuilder::function_of(const Place& place) {
    const auto [found, is_new] = functions_.try_emplace(place, static_cast<std::uint32_t>(tree_.functions.size()));
    if (is_new) tree_.functions.push_back(place);
    return found->second;
}

}  // namespace ftscale::analysis
