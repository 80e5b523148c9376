// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/folded.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "profiled.h"
#include "support/catch.h"
#include "support/small_profile.h"

namespace ftscale::tests {
namespace {

using exports::Selection;
using exports::Side;
using exports::What;

struct Folded {
    std::string size;
    std::map<std::string, long> counts;
    long total = 0;
};

/// Reads it as the viewers do: the last blank stands before the count.
Folded folded(const analysis::Profile& profile, const exports::WeightedStacks& stacks) {
    std::ostringstream out;
    Folded result;
    result.size = exports::write_folded(profile.tree, stacks, out);
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) {
        const std::size_t blank = line.rfind(' ');
        REQUIRE(blank != std::string::npos);
        const long count = std::stol(line.substr(blank + 1));
        CHECK(count > 0);
        CHECK(result.counts.emplace(line.substr(0, blank), count).second);
        result.total += count;
    }
    return result;
}

Folded folded(const analysis::Profile& profile, const Selection& selection) {
    return folded(profile, exports::select_stacks(profile, selection));
}

TEST_CASE("a stack a line, in microseconds") {
    Story story;
    const StackId main = story.python("main", "/app.py", 1), f = story.python("f", "/app.py", 3, main);
    const StoryLock list = story.object_lock("list");
    story.run(1, 100).thread("w").works(20, main).works(30, f).waits(50, list, f);
    const analysis::Profile profile = profiled(story);
    const Folded cpu = folded(profile, Selection{1, What::Cpu, {}, Side::Waiter, {}});
    CHECK(cpu.size == "1 us");
    CHECK(cpu.counts ==
          std::map<std::string, long>{{"main (app.py:1)", 20000}, {"main (app.py:1);f (app.py:3)", 30000}});
    const Folded waits = folded(profile, Selection{1, What::Wait, {}, Side::Waiter, {}});
    CHECK(waits.counts == std::map<std::string, long>{{"main (app.py:1);f (app.py:3);[lock_wait: list]", 50000}});
}

TEST_CASE("a count stands for more where there would be more than a million") {
    Story story;
    story.run(1, 30'000).thread("w").samples_every(100).works(30'000, story.python("f", "/app.py", 3));
    const Folded cpu = folded(profiled(story), Selection{1, What::Cpu, {}, Side::Waiter, {}});
    CHECK(cpu.size == "100 us");
    CHECK(cpu.total == 300'000);
}

TEST_CASE("counts sum to the total however small the stacks are") {
    analysis::Profile profile;
    exports::WeightedStacks stacks;
    stacks.series.push_back({"all threads", {}});
    for (int i = 0; i < 1000; ++i) {
        profile.tree.functions.push_back({"f" + std::to_string(i), "/app.py", 1, false});
        profile.tree.nodes.push_back({0, static_cast<std::uint32_t>(i), 1});
        stacks.series[0].stacks.push_back(
            {static_cast<std::uint32_t>(i + 1), account::Category::Work, analysis::kNone, 0.3e-6, 0});
    }
    const Folded result = folded(profile, stacks);
    CHECK(result.total == 300);
}

TEST_CASE("of a loss only what grew") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
    story.run(1, 100).thread("w").works(60, f).works(40, g);
    RunStory& two = story.run(2, 60);
    two.thread("a").works(60, f);
    two.thread("b").works(60, f);
    const Folded loss = folded(profiled(story), Selection{2, What::Loss, {}, Side::Waiter, {}});
    CHECK(loss.counts == std::map<std::string, long>{{"f (app.py:3)", 60000}});
}

TEST_CASE("time without a stack is named by its state") {
    Story story;
    RunStory& run = story.run(2, 100);
    run.thread("a").works(100, story.python("f", "/app.py", 3));
    const Folded all = folded(profiled(story), Selection{2, What::All, {}, Side::Waiter, {}});
    CHECK(all.total == 200'000);
    CHECK(all.counts.at("f (app.py:3)") == 100'000);
    CHECK(all.counts.at("f (app.py:3);[serial]") == 100'000);
}

TEST_CASE("odd names: a frame is a frame, a line a line") {
    const Folded odd = folded(odd_profile(), Selection{1, What::Cpu, {}, Side::Waiter, {}});
    CHECK(odd.counts.size() == odd_names().size());
    CHECK(odd.total == 1000 * static_cast<long>(odd_names().size()));
    for (const auto& [path, count] : odd.counts) CHECK(std::count(path.begin(), path.end(), ';') == 1);
    const std::string caller = "<module> (a:b \"c\".py:1);";
    CHECK(odd.counts.contains(caller + "<lambda> (a:b \"c\".py:7)"));
    CHECK(odd.counts.contains(caller + "a:b:c 12"));
    CHECK(odd.counts.contains(caller + "bad \ufffd\ufffd bytes"));
    CHECK(odd.counts.contains(caller + std::string(4000, 'x') + " (a:b \"c\".py:7)"));
    CHECK(odd.counts.contains(caller + "two lines and  "));
    CHECK(odd.counts.contains(caller + "separators   and  "));
    CHECK(odd.counts.contains(caller + "nul inside (a:b \"c\".py:7)"));
}

}  // namespace
}  // namespace ftscale::tests
