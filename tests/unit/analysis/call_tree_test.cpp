// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/call_tree.h"

#include "support/catch.h"
#include "support/story.h"

namespace ftscale::tests {
namespace {

using analysis::CallTree;
using analysis::CallTreeBuilder;

/// Stacks as names, outermost first.
class Built {
  public:
    explicit Built(Story& story)
        : recording_(story.finish()),
          names_(recording_),
          sites_(recording_.stacks, names_),
          builder_(recording_, sites_) {}

    std::string path(StackId stack) {
        const std::uint32_t node = builder_.node_of(stack);
        CHECK(builder_.node_of(stack) == node);
        CallTreeBuilder so_far = builder_;
        const CallTree tree = so_far.take();
        std::string text;
        for (const std::uint32_t at : tree.path(node))
            text += (text.empty() ? "" : " ") + tree.functions[tree.nodes[at].function].function;
        return text;
    }
    CallTree take() { return builder_.take(); }
    /// Debug info of a native stack's innermost frame.
    void stands_at(StackId stack, std::vector<symbols::SourcePlace> sources) {
        names_.stands_at(recording_.stacks.node(stack).frame, std::move(sources));
    }

  private:
    recording::Recording recording_;
    StoryNames names_;
    account::Sites sites_;
    CallTreeBuilder builder_;
};

TEST_CASE("Python callers, and the native functions that the innermost of them ended in") {
    Story story;
    const StackId main = story.python("main", "/app.py", 1), f = story.python("f", "/app.py", 9, main);
    const StackId sort = story.native("sort", f), compare = story.native("compare", sort);
    Built built(story);
    CHECK(built.path(StackId::Empty).empty());
    CHECK(built.path(main) == "main");
    CHECK(built.path(compare) == "main f sort compare");
}

TEST_CASE("what the probe puts before a libc function is left out") {
    Story story;
    const StackId f = story.python("f", "/app.py", 9);
    const StackId yield = story.native("sched_yield", story.native("libftscale_probe.so", f));
    Built built(story);
    CHECK(built.path(yield) == "f sched_yield");
}

TEST_CASE("between two Python functions only extension modules are shown, not how the interpreter calls") {
    Story story;
    const StackId main = story.python("main", "/app.py", 1);
    const StackId plumbing = story.native("libpython3.13t.so.1.0", main);
    const StackId extension = story.native("_numbers.so", plumbing);
    const StackId key = story.python("key", "/app.py", 5, story.native("libpython3.13t.so.1.0", extension));
    const StackId direct = story.python("key", "/app.py", 5, plumbing);
    Built built(story);
    CHECK(built.path(key) == "main _numbers.so key");
    CHECK(built.path(direct) == "main key");
}

TEST_CASE("stacks that differ in what is left out only are one node") {
    Story story;
    const StackId main = story.python("main", "/app.py", 1);
    const StackId one = story.python("f", "/app.py", 5, story.native("libpython3.13t.so.1.0", main));
    const StackId other = story.python("f", "/app.py", 5, main);
    const recording::Recording recording = story.finish();
    const StoryNames names(recording);
    const account::Sites sites(recording.stacks, names);
    CallTreeBuilder builder(recording, sites);
    CHECK(builder.node_of(one) == builder.node_of(other));
    const CallTree tree = builder.take();
    CHECK(tree.nodes.size() == 3);
    CHECK(tree.functions.size() == 2);
}

TEST_CASE("recursion is as deep as it was, however deep") {
    Story story;
    StackId stack = StackId::Empty;
    for (int i = 0; i < 50'000; ++i) stack = story.python("f", "/app.py", 1, stack);
    Built built(story);
    built.path(stack);
    const CallTree tree = built.take();
    CHECK(tree.nodes.size() == 50'001);
    CHECK(tree.functions.size() == 1);
    for (std::uint32_t node = 1; node < tree.nodes.size(); ++node) REQUIRE(tree.nodes[node].parent < node);
}

TEST_CASE("with debug info also what was inlined is shown, each at its line") {
    Story story;
    const StackId f = story.python("f", "/app.py", 9), sort = story.native("sort.cold", f);
    Built built(story);
    built.stands_at(sort, {{"swap", "/src/swap.h", 4}, {"partition", "/src/sort.c", 20}, {"sort", "/src/sort.c", 31}});
    CHECK(built.path(sort) == "f sort.cold partition swap");
    const CallTree tree = built.take();
    const analysis::CallNode& innermost = tree.nodes.back();
    CHECK(innermost.line == 4);
    CHECK(tree.functions[innermost.function].source == "/src/swap.h");
    CHECK(tree.functions[innermost.function].native);
    CHECK(tree.nodes[innermost.parent].line == 20);
}

TEST_CASE("a thread without Python is all native") {
    Story story;
    const StackId pool = story.native("worker", story.native("clone", StackId::Empty));
    Built built(story);
    CHECK(built.path(pool) == "clone worker");
}

}  // namespace
}  // namespace ftscale::tests
