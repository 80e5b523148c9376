// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The tables that a thread of the Firefox Profiler has for itself: strings, functions, frames and stacks, each row
// naming rows of the table before it. Made of the part of the call tree that the thread was seen in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/call_tree.h"
#include "export/json_stream.h"

namespace ftscale::exports::firefox {

/// Indexes in meta.categories.
enum class FrameCategory : std::uint8_t {
    Other,
    Python,
    Native,
    FirstState
};  // then a state for each account::Category
int category_index(account::Category category);
/// meta.categories: what frames and markers are coloured by.
void write_categories(JsonStream& out);

inline constexpr int kNoStack = -1;

class ThreadTables {
  public:
    explicit ThreadTables(const analysis::CallTree& tree) : tree_(tree), is_used_(tree.nodes.size()) {}

    /// First all that are used are marked, then the tables are made; then they may be asked.
    void use(std::uint32_t node) { is_used_[node] = true; }
    void use(std::uint32_t node, account::Category category);
    void make();

    /// Of the node itself; kNoStack for the root.
    int stack(std::uint32_t node) const { return stacks_of_nodes_[node]; }
    /// Of what went on at the node: the node's own for work.
    int stack(std::uint32_t node, account::Category category) const;
    int string(const std::string& text);

    /// All tables, the strings last: none may be added after.
    void write(JsonStream& out) const;

  private:
    struct Function {
        int name, resource, file, line;  // file: -1 for none; line: 0 for none
    };
    struct Frame {
        int function, line;
        int category;
    };
    struct Stack {
        int prefix, frame;
    };
    int add_node(std::uint32_t node);
    Function make_function(const analysis::Place& place);
    int resource(const std::string& file);
    void write_functions(JsonStream& out) const;
    void write_frames(JsonStream& out) const;
    void write_stacks(JsonStream& out) const;

    const analysis::CallTree& tree_;
    std::vector<bool> is_used_;         // by node
    std::vector<int> stacks_of_nodes_;  // likewise
    std::map<std::pair<std::uint32_t, account::Category>, int> stacks_of_states_;
    std::vector<std::string> strings_;
    std::unordered_map<std::string, int> string_ids_;
    std::vector<int> resources_;  // strings
    std::map<std::string, int> resource_ids_;
    std::vector<Function> functions_;
    std::map<std::uint32_t, int> function_ids_;  // of CallTree::functions
    std::map<account::Category, int> state_frames_;
    std::vector<Frame> frames_;
    std::map<std::pair<int, int>, int> frame_ids_;  // function, line
    std::vector<Stack> stacks_;
};

}  // namespace ftscale::exports::firefox
