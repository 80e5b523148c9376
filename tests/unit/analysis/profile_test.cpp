// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/profile.h"

#include "support/catch.h"
#include "support/story.h"

namespace ftscale::tests {
namespace {

using account::Category;
using analysis::NodeCharge;
using analysis::Profile;
using analysis::RunProfile;
using analysis::Span;
using analysis::ThreadProfile;

Profile profiled(Story& story, const analysis::Options& options = {}) {
    const recording::Recording recording = story.finish();
    const symbols::Symbols symbols(recording);
    Profile profile = analysis::make_profile(recording, symbols, options);
    for (const RunProfile& run : profile.runs) {
        double charged = 0;
        for (const NodeCharge& charge : run.charges) charged += charge.seconds;
        CHECK(charged == Approx(run.threads * run.wall_s));
        for (const ThreadProfile& thread : run.thread_profiles)
            for (std::size_t i = 1; i < thread.spans.size(); ++i)
                CHECK(thread.spans[i].begin_s >= thread.spans[i - 1].end_s);
    }
    return profile;
}

std::string function_of(const Profile& profile, std::uint32_t node) {
    return node == 0 ? "" : profile.tree.functions[profile.tree.nodes[node].function].function;
}

double seconds_in(const ThreadProfile& thread, Category category) {
    double sum = 0;
    for (const Span& span : thread.spans)
        if (span.category == category) sum += span.seconds();
    return sum;
}

TEST_CASE("a wait knows its lock, who ended it and where that thread was") {
    Story story;
    const StackId add = story.python("add", "/app.py", 12), release = story.python("release", "/app.py", 30);
    const StoryLock list = story.object_lock("list");
    RunStory& run = story.run(2, 100);
    ThreadStory &a = run.thread("a"), &b = run.thread("b");
    a.works(60, add).waits(40, list, add, &b, release);
    b.works(100, add);
    const Profile profile = profiled(story);
    REQUIRE(profile.runs.size() == 1);
    const RunProfile& result = profile.runs[0];
    CHECK(result.threads == 2);
    CHECK(result.wall_s == Approx(0.100));
    REQUIRE(result.thread_profiles.size() == 2);
    const ThreadProfile& waiter = result.thread_profiles[0];
    CHECK(waiter.name == "a");
    CHECK(waiter.tid == 100);
    CHECK(waiter.samples.size() == 60);
    const Span& wait = waiter.spans.back();
    CHECK(wait.is_wait);
    CHECK(wait.category == Category::LockWait);
    CHECK(wait.begin_s == Approx(0.060));
    CHECK(wait.end_s == Approx(0.100));
    CHECK(function_of(profile, wait.node) == "add");
    CHECK(function_of(profile, wait.holder) == "release");
    CHECK(wait.held_by == 1);
    REQUIRE(wait.lock == 0);
    CHECK(result.locks.at(0).type == "list");
    CHECK(result.locks.at(0).kind == account::LockKind::Object);
    CHECK_FALSE(waiter.spans.front().is_wait);
}

TEST_CASE("a wait that nobody was seen to end has no holder") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    story.run(1, 100).thread("w").works(50, f).waits(50, story.object_lock("list"), f);
    const Profile profile = profiled(story);
    const Span& wait = profile.runs[0].thread_profiles[0].spans.back();
    CHECK(wait.holder == 0);
    CHECK(wait.held_by == analysis::kNone);
}

TEST_CASE("marked regions cut spans and samples; times count from where the first begins") {
    for (const bool whole : {false, true}) {
        Story story;
        const StackId f = story.python("f", "/app.py", 3);
        ThreadStory& thread = story.run(1, 100).thread("w");
        thread.works(100, f).marks("a", 20, 40).marks("b", 60, 90);
        const Profile profile = profiled(story, {whole});
        REQUIRE(profile.runs.size() == 1);
        const ThreadProfile& result = profile.runs[0].thread_profiles[0];
        const double measured_s = whole ? 0.100 : 0.050;
        CHECK(profile.runs[0].wall_s == Approx(measured_s));
        CHECK(seconds_in(result, Category::Work) == Approx(measured_s));
        CHECK(static_cast<double>(result.samples.size()) == Approx(1000 * measured_s).margin(2));
        CHECK(result.begin_s == Approx(0).margin(1e-12));
        CHECK(result.end_s == Approx(whole ? 0.100 : 0.070));
    }
}

TEST_CASE("runs stand by thread count and repeat, on one tree") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    for (const auto& [threads, repeat] : {std::pair(2, 1), std::pair(1, 0), std::pair(2, 0)})
        story.run(threads, 100, repeat).thread("w").works(100, f);
    const Profile profile = profiled(story);
    REQUIRE(profile.runs.size() == 3);
    CHECK(profile.baseline_threads == 1);
    CHECK(profile.runs[0].threads == 1);
    CHECK(profile.runs[1].repeat == 0);
    CHECK(profile.runs[2].repeat == 1);
    CHECK(profile.tree.nodes.size() == 2);
}

TEST_CASE("counts by node") {
    Story story;
    RunStory& run = story.run(1, 100);
    run.process().counters = {{"page-faults", 0, false}};
    run.thread("w").counts({2}).works(100, story.python("f", "/app.py", 3));
    const Profile profile = profiled(story);
    double faults = 0;
    for (const analysis::NodeCounts& counts : profile.runs[0].counts) faults += counts.counts.at("page-faults");
    CHECK(faults == Approx(200));
}

TEST_CASE("nothing recorded is an empty profile") {
    Story story;
    CHECK(profiled(story).runs.empty());
}

}  // namespace
}  // namespace ftscale::tests
