// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/calibration.h"

#include "support/catch.h"

namespace ftscale::analysis {
namespace {

using recording::Manifest;
using recording::Run;

Run run_of(int threads, int repeat, double wall_s, bool has_probe) {
    Run run;
    run.threads = threads;
    run.repeat = repeat;
    run.has_probe = has_probe;
    run.started_ns = 5'000'000'000;
    run.ended_ns = run.started_ns + static_cast<std::uint64_t>(wall_s * 1e9);
    return run;
}

void add_pair(Manifest& manifest, int threads, int repeat, double with_s, double without_s) {
    manifest.runs.push_back(run_of(threads, repeat, without_s, false));
    manifest.runs.push_back(run_of(threads, repeat, with_s, true));
}

TEST_CASE("the time is compared pair by pair, and by thread count") {
    Manifest manifest;
    add_pair(manifest, 1, 0, 1.01, 1.0);
    add_pair(manifest, 1, 1, 2.06, 2.0);  // the machine has become slower, for both
    add_pair(manifest, 2, 0, 0.55, 0.5);
    add_pair(manifest, 2, 1, 0.55, 0.5);
    const Calibration calibration = calibrate(manifest).value();
    CHECK(calibration.pairs == 4);
    CHECK(calibration.time_ratio == Approx((1.01 + 1.03 + 1.1 + 1.1) / 4));
    REQUIRE(calibration.time_ratio_ci95);
    CHECK(calibration.time_ratio_ci95->first < calibration.time_ratio);
    REQUIRE(calibration.points.size() == 2);
    CHECK(calibration.points[0].time_ratio == Approx(1.02));
    CHECK(calibration.points[1].time_ratio == Approx(1.1));
    CHECK_FALSE(calibration.points[0].speedup_change);
    // Without the probe 2 threads run twice as fast as one, with it 1.02 / 1.1 times that.
    CHECK(calibration.points[1].speedup_change.value() == Approx(1.02 / 1.1 - 1));
    REQUIRE(calibration.points[1].speedup_change_ci95);
    CHECK(calibration.points[1].speedup_change_ci95->first < calibration.points[1].speedup_change);
}

TEST_CASE("one pair has a ratio and no interval") {
    Manifest manifest;
    add_pair(manifest, 2, 0, 1.1, 1.0);
    const Calibration calibration = calibrate(manifest).value();
    CHECK(calibration.time_ratio == Approx(1.1));
    CHECK_FALSE(calibration.time_ratio_ci95);
}

TEST_CASE("only runs that succeeded, and neither warm-ups nor controls, are compared") {
    Manifest manifest;
    add_pair(manifest, 1, 0, 1.1, 1.0);
    add_pair(manifest, 1, 1, 9, 1.0);
    manifest.runs.back().exit_code = 1;
    add_pair(manifest, 1, 2, 9, 1.0);
    manifest.runs[manifest.runs.size() - 2].outcome = recording::RunOutcome::TimedOut;
    manifest.runs.push_back(run_of(1, 0, 9, true));
    manifest.runs.back().warmup = true;
    manifest.runs.push_back(run_of(1, 0, 9, true));
    manifest.runs.back().control = "gil";
    CHECK(calibrate(manifest).value().pairs == 1);
}

TEST_CASE("a sweep without twins is not calibrated") {
    Manifest manifest;
    CHECK_FALSE(calibrate(manifest));
    manifest.runs.push_back(run_of(1, 0, 1, true));
    CHECK_FALSE(calibrate(manifest));
}

}  // namespace
}  // namespace ftscale::analysis
