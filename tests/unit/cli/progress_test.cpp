// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include "support/catch.h"

namespace ftscale::cli {
namespace {

TEST_CASE("durations are rounded up to what people read") {
    CHECK(describe_duration(0.2) == "1 s");
    CHECK(describe_duration(59.5) == "1 min 0 s");
    CHECK(describe_duration(185) == "3 min 5 s");
    CHECK(describe_duration(7800) == "2 h 10 min");
}

TEST_CASE("progress names the run, and the time left once it is known") {
    launch::SweepProgress progress{3, 8, {2, 1}, std::nullopt};
    CHECK(describe_progress(progress) == "run 3 of 8: 2 threads, repeat 2");
    progress.remaining_s = 12;
    CHECK(describe_progress(progress) == "run 3 of 8: 2 threads, repeat 2 ... about 12 s left");
    progress = {1, 8, {1, 0, true}, std::nullopt};
    CHECK(describe_progress(progress) == "run 1 of 8: 1 thread, warm-up");
}

TEST_CASE("extra runs say what they are") {
    CHECK(describe_run({2, 0, false, "gil"}) == "2 threads with the GIL, repeat 1");
    CHECK(describe_run({2, 0, false, "processes"}) == "2 processes, repeat 1");
    CHECK(describe_run({1, 1, false, "processes"}) == "1 process, repeat 2");
    CHECK(describe_run({1, 0, false, "", false}) == "1 thread without the probe, repeat 1");
}

}  // namespace
}  // namespace ftscale::cli
