// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "unit/analysis/analysed.h"

namespace ftscale::tests {
namespace {

using analysis::Analysis;
using analysis::Control;

/// A control's run, or one of its processes: one thread that works all the time.
RunStory& control_run(Story& story, const std::string& control, int threads, double wall_ms, int repeat = 0) {
    RunStory& run = story.run(threads, wall_ms, repeat);
    run.thread("w").works(wall_ms, story.python("f", "/app.py", 3));
    run.facts().control = control;
    return run;
}

void tell_threads(Story& story, double one_ms, double two_ms) {
    for (int repeat = 0; repeat < 2; ++repeat) {
        control_run(story, "", 1, one_ms, repeat);
        control_run(story, "", 2, two_ms, repeat);
    }
}

const Control& only(const Analysis& analysis) {
    REQUIRE(analysis.whole.controls.size() == 1);
    return analysis.whole.controls.front();
}

TEST_CASE("with the GIL on the speed-up is over the ordinary run at one thread") {
    Story story;
    tell_threads(story, 100, 60);
    for (int repeat = 0; repeat < 2; ++repeat) {
        control_run(story, "gil", 1, 80, repeat);
        control_run(story, "gil", 2, 125, repeat);
    }
    const Control control = only(analysed(story));
    CHECK(control.name == "gil");
    REQUIRE(control.points.size() == 2);
    CHECK(control.points[0].speedup.value() == Approx(100.0 / 80));
    CHECK(control.points[1].speedup.value() == Approx(100.0 / 125));
    CHECK(control.points[1].wall_s == Approx(0.125));
    CHECK(control.points[1].repeats_s.size() == 2);
    CHECK(control.points[1].speedup_ci95.has_value());
}

TEST_CASE("with the GIL on and fixed work per thread the speed-up is n times as large") {
    Story story;
    story.manifest().sweep.scaling = recording::Scaling::Weak;
    tell_threads(story, 100, 110);
    control_run(story, "gil", 2, 200);
    CHECK(only(analysed(story)).points.at(0).speedup.value() == Approx(2 * 100.0 / 200));
}

TEST_CASE("processes are rated by throughput, whether work is fixed in all or per thread") {
    for (const auto scaling : {recording::Scaling::Strong, recording::Scaling::Weak}) {
        Story story;
        story.manifest().sweep.scaling = scaling;
        tell_threads(story, 100, 90);
        for (int repeat = 0; repeat < 2; ++repeat) {
            control_run(story, "processes", 2, 100, repeat);
            control_run(story, "processes", 2, 150, repeat);
        }
        const Control control = only(analysed(story));
        REQUIRE(control.points.size() == 1);
        CHECK(control.points[0].repeats_s == std::vector<double>{0.125, 0.125});
        CHECK(control.points[0].speedup.value() == Approx(2 * 100.0 / 125));
    }
}

TEST_CASE("a repeat counts only when all its processes succeeded") {
    Story story;
    tell_threads(story, 100, 90);
    control_run(story, "processes", 2, 100, 0);
    control_run(story, "processes", 2, 50, 0).facts().exit_code = 3;
    control_run(story, "processes", 2, 200, 1);
    control_run(story, "processes", 2, 200, 1);
    control_run(story, "processes", 2, 100, 2);  // the other left nothing
    const Analysis analysis = analysed(story);
    CHECK(only(analysis).points.at(0).repeats_s == std::vector<double>{0.2});
    CHECK_FALSE(only(analysis).points.at(0).speedup_ci95.has_value());
    CHECK(warns(analysis, "control_failed"));
    CHECK_FALSE(warns(analysis, "run_failed"));
}

TEST_CASE("without an ordinary run at one thread processes have times but no speed-up") {
    Story story;
    control_run(story, "", 2, 100);
    control_run(story, "processes", 2, 100);
    control_run(story, "processes", 2, 100);
    const Control control = only(analysed(story));
    CHECK(control.points.at(0).wall_s == Approx(0.1));
    CHECK_FALSE(control.points.at(0).speedup.has_value());
}

TEST_CASE("controls are measured in the region that the figures are of") {
    Story story;
    for (const char* control : {"", "gil"}) {
        RunStory& run = story.run(1, 100);
        run.thread("w").works(100, story.python("f", "/app.py", 3)).marks("fit", 20, *control != 0 ? 40 : 60);
        run.facts().control = control;
    }
    const Analysis analysis = analysed(story);
    REQUIRE(analysis.regions.size() == 1);
    CHECK(only(analysis).points.at(0).wall_s == Approx(0.02));
    CHECK(analysis.regions[0].controls.at(0).points.at(0).speedup.value() == Approx(2));
}

TEST_CASE("without controls there are none") {
    Story story;
    tell_threads(story, 100, 90);
    CHECK(analysed(story).whole.controls.empty());
}

}  // namespace
}  // namespace ftscale::tests
