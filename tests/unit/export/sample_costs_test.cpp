// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/sample_costs.h"

#include "small_profile.h"
#include "support/catch.h"

using namespace ftscale;
using account::Category;
using exports::SampleCost;

TEST_CASE("sample costs: time on CPU since the thread's previous sample") {
    const analysis::Profile profile = tests::small_profile();
    const auto main = exports::cost_samples(profile.runs[1].thread_profiles[0]);
    REQUIRE(main.size() == 3);
    CHECK(main[0].seconds == Approx(0.01));
    CHECK(main[1].seconds == Approx(0.01));
    CHECK(main[2].seconds == Approx(0.01));  // without the wait before it

    const auto worker = exports::cost_samples(profile.runs[1].thread_profiles[1]);
    REQUIRE(worker.size() == 3);
    CHECK(worker[0].category == Category::Work);
    CHECK(worker[0].seconds == Approx(0.03));
    CHECK(worker[1].category == Category::Refcount);
    CHECK(worker[2].category == Category::Gc);
}

TEST_CASE("sample costs: the last sample stands also for what came after it") {
    analysis::ThreadProfile thread = tests::small_profile().runs[2].thread_profiles[1];  // ends in gc without a sample
    const auto costs = exports::cost_samples(thread);
    REQUIRE(costs.size() == 2);
    CHECK(costs[1].seconds == Approx(0.02));
    CHECK(costs[1].category == Category::Refcount);
    thread.samples.clear();
    CHECK(exports::cost_samples(thread).empty());
}
