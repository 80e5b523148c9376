// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "html/merged_tree.h"

#include "support/catch.h"

namespace ftscale::tests {
namespace {

using html::SmallerTree;
using Numbers = std::vector<std::uint32_t>;

analysis::CallTree tree_of(const std::vector<analysis::CallNode>& nodes) {
    analysis::CallTree tree;
    tree.functions = {{"main", "a.py", 1, false}, {"f", "a.py", 5, false}, {"g", "a.py", 9, false}};
    tree.nodes = {{}};
    tree.nodes.insert(tree.nodes.end(), nodes.begin(), nodes.end());
    return tree;
}

TEST_CASE("calls of a function from several lines are one node, and so is what it calls") {
    // main at line 2 and at line 3 calls f, which calls g
    const auto merged =
        html::merge_lines(tree_of({{0, 0, 2}, {1, 1, 6}, {2, 2, 10}, {0, 0, 3}, {4, 1, 6}, {5, 2, 11}}));
    CHECK(merged.parents == Numbers{0, 0, 1, 2});
    CHECK(merged.functions == Numbers{0, 0, 1, 2});
    CHECK(merged.node_of == Numbers{0, 1, 2, 3, 1, 2, 3});
}

TEST_CASE("recursion and equal functions in other contexts stay apart") {
    // f calls itself; g calls f
    const auto merged = html::merge_lines(tree_of({{0, 1, 6}, {1, 1, 6}, {0, 2, 9}, {3, 1, 6}}));
    CHECK(merged.size() == 5);
}

TEST_CASE("what a callee costs is its callers', too") {
    std::vector<double> values = {1, 2, 4, 8};
    html::add_to_callers({0, 0, 1, 1}, values);
    CHECK(values == std::vector<double>{15, 14, 4, 8});
}

const SmallerTree kTree = {{0, 0, 1, 2, 1}, {0, 0, 1, 2, 2}, {0, 1, 2, 3, 4}};

TEST_CASE("the heaviest are kept, and the others stand at their callers") {
    const SmallerTree kept = html::keep_heaviest(kTree, {1, 0.9, 0.5, 0.1, 0.4}, 4, 0);
    CHECK(kept.parents == Numbers{0, 0, 1, 1});
    CHECK(kept.functions == Numbers{0, 0, 1, 2});
    CHECK(kept.node_of == Numbers{0, 1, 2, 2, 3});
}

TEST_CASE("nothing below the least weight is kept, nor what weighs nothing") {
    CHECK(html::keep_heaviest(kTree, {1, 0.9, 0.5, 0.1, 0.4}, 100, 0.2).node_of == Numbers{0, 1, 2, 2, 3});
    CHECK(html::keep_heaviest(kTree, {1, 0.9, 0.5, 0, 0.4}, 100, 0).node_of == Numbers{0, 1, 2, 2, 3});
}

TEST_CASE("of equal weights callers are kept before what they call") {
    const SmallerTree kept = html::keep_heaviest(kTree, {1, 1, 1, 1, 0}, 3, 0);
    CHECK(kept.node_of == Numbers{0, 1, 2, 2, 1});
}

TEST_CASE("a bound of one node leaves the root") {
    CHECK(html::keep_heaviest(kTree, {1, 1, 1, 1, 1}, 1, 0).node_of == Numbers{0, 0, 0, 0, 0});
}

}  // namespace
}  // namespace ftscale::tests
