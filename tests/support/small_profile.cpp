// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "support/small_profile.h"

namespace ftscale::tests {
namespace {

using account::Category;
using analysis::kNone;
using analysis::Profile;
using analysis::RunProfile;
using analysis::Span;
using analysis::ThreadProfile;

/// Nodes of the small profile's tree.
enum Node : std::uint32_t { Root, Main, Collect, Lambda, Append };

recording::Manifest make_manifest() {
    recording::Manifest manifest;
    manifest.tool_version = "0.1.0";
    manifest.created = "2026-08-21T10:11:12Z";
    manifest.argv = {"app.py", "{threads}"};
    manifest.interpreter.path = "/usr/bin/python3.14t";
    manifest.interpreter.version = "3.14.0";
    manifest.machine.cpus = 4;
    manifest.machine.physical_cores = 2;
    manifest.machine.model = "A CPU";
    manifest.machine.kernel = "6.1.0";
    manifest.sweep.frequency_hz = 1000;
    return manifest;
}

analysis::CallTree make_tree() {
    analysis::CallTree tree;
    tree.functions = {{"<module>", "/home/me/app.py", 1, false},
                      {"collect", "/home/me/app.py", 12, false},
                      {"<lambda>", "/home/me/app.py", 20, false},
                      {"list_append", "/usr/bin/python3.14t", 0, true}};
    tree.nodes = {{}, {Root, 0, 30}, {Main, 1, 14}, {Main, 2, 21}, {Collect, 3, 0}};
    return tree;
}

Span on_cpu(double begin_s, double end_s, Category category, std::uint32_t node) {
    Span span;
    span.begin_s = begin_s;
    span.end_s = end_s;
    span.category = category;
    span.node = node;
    return span;
}

Span wait(RunProfile& run, double begin_s, double end_s, Category category, std::uint32_t node) {
    Span span = on_cpu(begin_s, end_s, category, node);
    span.is_wait = true;
    span.first_share = static_cast<std::uint32_t>(run.held.size());
    span.shares = 1;
    run.held.push_back({0, end_s - begin_s});
    return span;
}

Span held_up(Span span, RunProfile& run, int lock, int held_by, std::uint32_t holder) {
    span.lock = lock;
    span.held_by = held_by;
    span.held_until_s = span.end_s;
    span.holder = holder;
    run.held[span.first_share].node = holder;
    return span;
}

RunProfile one_thread() {
    RunProfile run;
    run.wall_s = 0.1;
    ThreadProfile main{"MainThread", 100, 100, 0, 0.1, {}, {}};
    main.spans = {on_cpu(0, 0.1, Category::Work, Collect)};
    main.samples = {{0.05, Collect}, {0.1, Collect}};
    run.thread_profiles = {main};
    run.charges = {{Category::Work, Collect, 0.1}};
    run.counts = {{Collect, {{"page-faults", 10}}}};
    return run;
}

//   ms     0        20        30       40        50   60
//   Main   |collect |append = = = = = = = = = =|<lambda>|   waits for a list's lock, held by the worker in collect
//   worker |collect           |refcount |gc     |sleep   |
RunProfile two_threads(int repeat) {
    RunProfile run;
    run.threads = 2;
    run.repeat = repeat;
    run.wall_s = 0.06;
    run.locks = {{account::LockKind::Object, "list"}};
    ThreadProfile main{"MainThread", 200, 200, 0, 0.06, {}, {}};
    main.spans = {on_cpu(0, 0.02, Category::Work, Collect),
                  held_up(wait(run, 0.02, 0.05, Category::LockWait, Append), run, 0, 1, Collect),
                  on_cpu(0.05, 0.06, Category::Work, Lambda)};
    main.samples = {{0.01, Collect}, {0.02, Collect}, {0.06, Lambda}};
    ThreadProfile worker{"worker-1", 200, 201, 0, 0.06, {}, {}};
    worker.spans = {on_cpu(0, 0.03, Category::Work, Collect), on_cpu(0.03, 0.04, Category::Refcount, Collect),
                    on_cpu(0.04, 0.05, Category::Gc, Collect), wait(run, 0.05, 0.06, Category::Sleep, Main)};
    worker.samples = {{0.03, Collect}, {0.04, Collect}, {0.05, Collect}};
    if (repeat == 1) worker.samples.pop_back();
    run.thread_profiles = {main, worker};
    run.charges = {{Category::Work, Collect, 0.05}, {Category::LockWait, Append, 0.03},
                   {Category::Work, Lambda, 0.01},  {Category::Refcount, Collect, 0.01},
                   {Category::Gc, Collect, 0.01},   {Category::Sleep, Main, 0.01}};
    run.counts = {{Collect, {{"page-faults", 20}}}, {Append, {{"page-faults", 3}}}};
    return run;
}

std::uint32_t add_node(analysis::CallTree& tree, std::uint32_t parent, analysis::Place place, int line) {
    tree.functions.push_back(std::move(place));
    tree.nodes.push_back({parent, static_cast<std::uint32_t>(tree.functions.size() - 1), line});
    return static_cast<std::uint32_t>(tree.nodes.size() - 1);
}

}  // namespace

const std::vector<std::string>& odd_names() {
    static const std::vector<std::string> kNames = {"<lambda>",
                                                    "a;b;c 12",
                                                    "say \"hello\" 'you' \\ there",
                                                    "</script><!--",
                                                    "größe.计算.\U0001F40D",
                                                    "bad \xff\xc3 bytes",
                                                    std::string(4000, 'x'),
                                                    "two\nlines\tand \x01",
                                                    "vector<int>::at(unsigned long)",
                                                    "comma, and \r",
                                                    "# no comment 3",
                                                    "separators \u2028 and \u2029",
                                                    std::string("nul\0inside", 10)};
    return kNames;
}

std::vector<std::string> odd_names_in_utf8() {
    std::vector<std::string> names = odd_names();
    names[5] = "bad \ufffd\ufffd bytes";
    return names;
}

Profile small_profile() {
    Profile profile;
    profile.manifest = make_manifest();
    profile.tree = make_tree();
    profile.runs = {one_thread(), two_threads(0), two_threads(1)};
    return profile;
}

Profile odd_profile() {
    Profile profile;
    profile.manifest = make_manifest();
    const std::uint32_t root = add_node(profile.tree, 0, {"<module>", "/tmp/a;b \"c\".py", 1, false}, 3);
    RunProfile run;
    ThreadProfile thread{odd_names()[3] + odd_names()[4], 300, 300, 0, 0, {}, {}};
    bool native = false;
    for (const std::string& name : odd_names()) {
        const std::uint32_t node = add_node(profile.tree, root, {name, "/tmp/a;b \"c\".py", native ? 0 : 7, native}, 8);
        native = !native;
        run.locks.push_back({account::LockKind::Object, name});
        const int lock = static_cast<int>(run.locks.size()) - 1;
        const double at_s = thread.end_s;
        thread.spans.push_back(on_cpu(at_s, at_s + 0.001, Category::Work, node));
        thread.spans.push_back(
            held_up(wait(run, at_s + 0.001, at_s + 0.002, Category::LockWait, node), run, lock, 0, node));
        thread.samples.push_back({at_s + 0.001, node});
        run.charges.push_back({Category::Work, node, 0.001});
        run.charges.push_back({Category::LockWait, node, 0.001});
        thread.end_s = at_s + 0.002;
    }
    run.wall_s = thread.end_s;
    run.thread_profiles = {thread};
    profile.runs = {run};
    return profile;
}

Profile large_profile(std::size_t samples, std::size_t waits) {
    constexpr std::size_t kThreads = 8, kDepth = 30, kLeaves = 2000;
    Profile profile;
    profile.manifest = make_manifest();
    std::uint32_t parent = 0;
    for (std::size_t i = 0; i < kDepth; ++i)
        parent = add_node(profile.tree, parent,
                          {"layer_" + std::to_string(i), "/app/layers.py", static_cast<int>(i) * 10, false}, 5);
    std::vector<std::uint32_t> leaves;
    for (std::size_t i = 0; i < kLeaves; ++i)
        leaves.push_back(add_node(profile.tree, parent - static_cast<std::uint32_t>(i % kDepth),
                                  {"leaf_" + std::to_string(i), "/app/leaves.py", static_cast<int>(i), false},
                                  static_cast<int>(i) + 1));
    RunProfile run;
    run.threads = kThreads;
    run.locks = {{account::LockKind::Object, "dict"}};
    const double period_s = 0.001;
    const std::size_t samples_per_wait = waits == 0 ? samples + 1 : std::max<std::size_t>(samples / waits, 1);
    for (std::size_t t = 0; t < kThreads; ++t) {
        ThreadProfile thread{"worker-" + std::to_string(t), 400, 400 + static_cast<std::uint32_t>(t), 0, 0, {}, {}};
        double at_s = 0;
        for (std::size_t i = 0; i < samples / kThreads; ++i) {
            const std::uint32_t node = leaves[(i * 7 + t) % kLeaves];
            thread.spans.push_back(on_cpu(at_s, at_s + period_s, Category::Work, node));
            at_s += period_s;
            thread.samples.push_back({at_s, node});
            run.charges.push_back({Category::Work, node, period_s});
            if (i % samples_per_wait != 0 || waits == 0) continue;
            thread.spans.push_back(held_up(wait(run, at_s, at_s + 0.0005, Category::LockWait, node), run, 0,
                                           static_cast<int>((t + 1) % kThreads), leaves[(i * 3) % kLeaves]));
            at_s += 0.0005;
        }
        thread.end_s = at_s;
        run.wall_s = std::max(run.wall_s, at_s);
        run.thread_profiles.push_back(std::move(thread));
    }
    profile.baseline_threads = kThreads;
    profile.runs = {std::move(run)};
    return profile;
}

}  // namespace ftscale::tests
