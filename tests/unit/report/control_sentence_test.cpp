// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/sections.h"
#include "support/catch.h"

namespace ftscale::report {
namespace {

using analysis::ControlPoint;
using analysis::Interval;
using analysis::RegionResult;

RegionResult threads_reach(double speedup, std::optional<Interval> ci95 = std::nullopt) {
    RegionResult region;
    region.points.resize(2);
    region.points[1].threads = 2;
    region.points[1].speedup = speedup;
    region.points[1].speedup_ci95 = ci95;
    region.runs.resize(2);
    region.runs[1].threads = 2;
    return region;
}

void add_control(RegionResult& region, const std::string& name, double speedup,
                 std::optional<Interval> ci95 = std::nullopt) {
    ControlPoint point;
    point.threads = 2;
    point.speedup = speedup;
    point.speedup_ci95 = ci95;
    region.controls.push_back({name, {point}});
}

std::string with_processes(double threads, double processes) {
    RegionResult region = threads_reach(threads);
    add_control(region, "processes", processes);
    return control_sentence(region);
}

std::string with_gil(double threads, double gil) {
    RegionResult region = threads_reach(threads);
    add_control(region, "gil", gil);
    return control_sentence(region);
}

TEST_CASE("processes tell the machine's limit from the interpreter's") {
    CHECK(with_processes(1.2, 1.95) ==
          "2 processes reach 1.95x: the machine could, the threads lose in the interpreter or the script.");
    CHECK(with_processes(1.3, 1.31) ==
          "2 processes do no better (1.31x): the limit is the machine (memory bandwidth, clock, noise), not the "
          "interpreter.");
    CHECK(
        with_processes(1.2, 1.6) ==
        "2 processes reach 1.60x: 0.40 of the lost cores are the machine's (memory bandwidth, clock, noise), 0.40 the "
        "interpreter's or the script's.");
    CHECK(with_processes(1.96, 1.97) == "2 processes do no better (1.97x): nothing is lost in the interpreter.");
}

TEST_CASE("a difference within the noise is called one") {
    RegionResult region = threads_reach(1.2, Interval{0.9, 1.97});
    add_control(region, "processes", 1.95, Interval{1.94, 1.96});
    CHECK_THAT(control_sentence(region),
               ContainsSubstring("1.95x (roughly: the intervals overlap): the machine could"));
}

TEST_CASE("the GIL tells what going without it gains") {
    CHECK(with_gil(1.58, 0.99) == "With the GIL on 2 threads reach 0.99x: going without it gains 1.6x.");
    CHECK(with_gil(1.0, 0.99) == "With the GIL on 2 threads reach 0.99x: going without it gains nothing.");
    CHECK(with_gil(0.5, 0.99) == "With the GIL on 2 threads reach 0.99x, more than without it (0.50x).");
}

TEST_CASE("both controls make one sentence") {
    RegionResult region = threads_reach(1.2);
    add_control(region, "gil", 0.99);
    add_control(region, "processes", 1.95);
    CHECK_THAT(control_sentence(region), ContainsSubstring("script; with the GIL on 2 threads reach 0.99x"));
}

TEST_CASE("controls without figures say nothing") {
    CHECK(control_sentence({}).empty());
    RegionResult region = threads_reach(1.2);
    CHECK(control_sentence(region).empty());
    add_control(region, "processes", 1.95);
    region.controls[0].points[0].speedup.reset();
    CHECK(control_sentence(region).empty());
    region.controls[0].points[0].threads = 1;
    CHECK(control_sentence(region).empty());
}

}  // namespace
}  // namespace ftscale::report
