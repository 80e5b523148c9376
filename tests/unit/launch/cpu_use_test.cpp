// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/cpu_use.h"

#include <time.h>

#include "launch/topology.h"
#include "support/catch.h"

namespace ftscale::launch {
namespace {

TEST_CASE("CPU times by CPU, from /proc/stat") {
    const auto cpus = parse_cpu_times(
        "cpu  300 30 60 800 9 3 6 50 0 0\n"
        "cpu0 100 10 20 300 4 1 2 20 0 0\n"
        "cpu13 200 20 40 500 5 2 4 30 0 0\n"
        "intr 123 4 5\nctxt 99\n",
        100);
    REQUIRE(cpus.size() == 2);
    CHECK(cpus.at(0).busy_s == Approx(1.33));
    CHECK(cpus.at(13).busy_s == Approx(2.66));
    CHECK(cpus.at(13).stolen_s == Approx(0.3));
    CHECK(parse_cpu_times("cpu0 1 2\nnonsense\n", 100).empty());
}

TEST_CASE("pressure, where the kernel tells") {
    CHECK(parse_cpu_pressure("some avg10=1.00 avg60=0.50 avg300=0.10 total=12345\nfull avg10=0.00 total=7\n") ==
          12345u);
    CHECK_FALSE(parse_cpu_pressure(""));
    CHECK_FALSE(parse_cpu_pressure("some avg10=1.00 total=\n"));
}

TEST_CASE("our own CPU time is not others', and of a CPU that is not there nothing is known") {
    CpuWatch watch;
    const auto cpu_s = [] {
        timespec time{};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
    };
    const double before_s = cpu_s();
    while (cpu_s() < before_s + 0.3) {
    }
    watch.stop();
    const auto all = watch.others_on(usable_cpus(), 0), others = watch.others_on(usable_cpus(), cpu_s() - before_s);
    REQUIRE(all);
    REQUIRE(others);
    CHECK(all->others_s > 0.2);  // with what others did meanwhile
    CHECK(others->others_s < all->others_s - 0.2);
    CHECK_FALSE(watch.others_on({1 << 20}, 0));
}

}  // namespace
}  // namespace ftscale::launch
