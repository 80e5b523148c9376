// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/sample_costs.h"

#include "support/catch.h"
#include "support/small_profile.h"

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

TEST_CASE("sample costs: what most of a sample's time was charged as") {
    const auto on_cpu = [](double begin_s, double end_s, Category category, std::uint32_t node) {
        return analysis::Span{begin_s, end_s, category, node, 0, analysis::kNone, analysis::kNone, false};
    };
    analysis::ThreadProfile thread;
    thread.spans = {on_cpu(0, 0.7, Category::Kernel, 1), on_cpu(0.7, 1, Category::Work, 1),  // mostly in the kernel
                    on_cpu(1, 1.8, Category::Gc, 2),     on_cpu(1.8, 2, Category::Work, 1),  // after a collection
                    on_cpu(2, 2.3, Category::Work, 1),   on_cpu(2.3, 3, Category::Gc, 2)};   // within one
    thread.samples = {{1, 1}, {2, 1}, {3, 3}};
    const auto costs = exports::cost_samples(thread);
    REQUIRE(costs.size() == 3);
    CHECK(costs[0].category == Category::Kernel);
    CHECK(costs[1].category == Category::Work);
    CHECK(costs[2].category == Category::Gc);
    for (const SampleCost& cost : costs) CHECK(cost.seconds == Approx(1));
}
