// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/regions.h"
#include "accounted.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Region;

TEST_CASE("a region is the union of its intervals") {
    const Region region({{30, 40}, {10, 20}, {15, 25}, {50, 50}, {40, 45}});
    CHECK(region.intervals() == std::vector<Region::Interval>{{10, 25}, {30, 45}});
    CHECK(region.length_ns() == 30);
    CHECK(region.overlap_ns(0, 100) == 30);
    CHECK(region.overlap_ns(12, 32) == 15);
    CHECK(region.overlap_ns(26, 29) == 0);
    CHECK(region.overlap_ns(40, 12) == 0);
    CHECK(Region().overlap_ns(0, 100) == 0);
}

TEST_CASE("the script's region ends with the script, else with its process, else with its run") {
    Story story;
    story.run(1, 100);
    story.run(1, 100).process().script_end_ns.reset();
    RunStory& killed = story.run(1, 100);
    killed.process().script_end_ns.reset();
    killed.process().exit_ns.reset();
    story.run(1, 100).process().script_begin_ns.reset();
    const Accounted accounted(story);
    const auto length_ms = [&](std::size_t run) {
        return static_cast<double>(
                   account::script_region(accounted.recording().runs[run], accounted.facts(run)).length_ns()) /
               1e6;
    };
    CHECK(length_ms(0) == Approx(100));
    CHECK(length_ms(1) == Approx(110));
    CHECK(length_ms(2) == Approx(120));
    CHECK(length_ms(3) == 0);
}

}  // namespace
}  // namespace ftscale::tests
