// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "html/timelines.h"

#include "support/catch.h"
#include "support/small_profile.h"

namespace ftscale::tests {
namespace {

using account::Category;
using analysis::Profile;
using analysis::RunProfile;
using html::RunTimeline;

/// Work but for the pauses, each (begin, end) in seconds, in the stated category.
analysis::ThreadProfile paused_thread(double begin_s, const std::vector<std::pair<double, double>>& pauses,
                                      Category category) {
    analysis::ThreadProfile thread;
    thread.begin_s = begin_s;
    double now_s = begin_s;
    for (const auto& [from_s, to_s] : pauses) {
        thread.spans.push_back({now_s, from_s, Category::Work, 0, 0, analysis::kNone, analysis::kNone, false});
        thread.spans.push_back({from_s, to_s, category, 0, 0, analysis::kNone, analysis::kNone, true});
        now_s = to_s;
    }
    thread.end_s = now_s;
    return thread;
}

Profile profile_of(std::vector<analysis::ThreadProfile> threads) {
    Profile profile;
    RunProfile run;
    run.threads = 2;
    run.wall_s = 1;
    run.thread_profiles = std::move(threads);
    profile.runs = {run};
    return profile;
}

TEST_CASE("a timeline shows the run of median time, its threads as they began") {
    const Profile profile = small_profile();
    const std::vector<RunTimeline> timelines = html::make_timelines(profile, {1, 2});
    REQUIRE(timelines.size() == 2);
    CHECK(timelines[0].run == &profile.runs[0]);
    CHECK(timelines[1].run->threads == 2);
    CHECK(timelines[1].rows == std::vector<std::size_t>{0, 1});
    REQUIRE(timelines[1].pauses.size() == 1);
    CHECK(timelines[1].pauses[0].category == Category::Gc);
    CHECK(timelines[1].pauses[0].begin_s == Approx(0.04));
}

TEST_CASE("a pause of all threads is one stretch") {
    const auto category = Category::StopTheWorld;
    const Profile profile = profile_of(
        {paused_thread(0, {{0.1, 0.2}, {0.5, 0.6}}, category), paused_thread(0, {{0.15, 0.25}, {0.7, 0.8}}, category)});
    const auto timelines = html::make_timelines(profile, {2});
    const auto& pauses = timelines.at(0).pauses;
    REQUIRE(pauses.size() == 3);
    CHECK(pauses[0].begin_s == Approx(0.1));
    CHECK(pauses[0].end_s == Approx(0.25));
    CHECK(pauses[2].begin_s == Approx(0.7));
}

TEST_CASE("where there are too many pauses the longest are kept, in order of time") {
    std::vector<std::pair<double, double>> pauses;
    for (int i = 0; i < 10; ++i) pauses.emplace_back(0.1 * i, 0.1 * i + 0.001 * (i + 1));
    const Profile profile = profile_of({paused_thread(0, pauses, Category::Gc)});
    const auto timelines = html::make_timelines(profile, {2}, {.most_pauses = 3});
    const RunTimeline& timeline = timelines.at(0);
    CHECK(timeline.hidden_pauses == 7);
    REQUIRE(timeline.pauses.size() == 3);
    CHECK(timeline.pauses[0].begin_s == Approx(0.7));
    CHECK(timeline.pauses[2].begin_s == Approx(0.9));
}

TEST_CASE("of too many threads those that were seen for longest are drawn") {
    const Profile profile =
        profile_of({paused_thread(0.3, {{0.4, 0.5}}, Category::Gc), paused_thread(0.2, {{0.6, 0.9}}, Category::Gc),
                    paused_thread(0.1, {{0.5, 0.9}}, Category::Gc), analysis::ThreadProfile{}});
    CHECK(html::make_timelines(profile, {2}, {.most_rows = 2}).at(0).rows == std::vector<std::size_t>{2, 1});
    CHECK(html::make_timelines(profile, {2}).at(0).rows == std::vector<std::size_t>{2, 1, 0});
}

TEST_CASE("the thread counts share the budget of slices") {
    const Profile profile = large_profile(50'000, 5'000);
    const auto timelines = html::make_timelines(profile, {8}, {.most_slices = 2'000});
    std::size_t count = 0;
    for (const auto& slices : timelines.at(0).slices.threads) count += slices.size();
    CHECK(count <= 2'000);
    CHECK(timelines.at(0).slices.resolution_us > 1);
}

}  // namespace
}  // namespace ftscale::tests
