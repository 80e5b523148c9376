// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/work_split.h"

#include <cmath>
#include <random>

#include "support/catch.h"

using namespace ftscale::model;

namespace {

double total(const WorkGrowth& growth) {
    return growth.more_instructions_s + growth.lower_ipc_s + growth.lower_clock_s;
}

}  // namespace

TEST_CASE("the logarithmic mean lies between its arguments, the same from both sides") {
    CHECK(logarithmic_mean(3, 3) == 3);
    CHECK(logarithmic_mean(1, std::exp(1.0)) == Approx(std::exp(1.0) - 1));
    CHECK(logarithmic_mean(2, 5) == Approx(logarithmic_mean(5, 2)));
    CHECK(logarithmic_mean(1, 1 + 1e-12) == Approx(1).epsilon(1e-9));
}

TEST_CASE("growth by one factor alone is charged to it") {
    const Work before{1, 2e9, 1e9};
    SECTION("instructions") {
        const auto growth = split_growth({1.5, 3e9, 1.5e9}, before);
        REQUIRE(growth);
        CHECK(growth->more_instructions_s == Approx(0.5));
        CHECK(growth->lower_ipc_s == Approx(0).margin(1e-12));
        CHECK(growth->lower_clock_s == Approx(0).margin(1e-12));
    }
    SECTION("instructions per cycle") {
        const auto growth = split_growth({1.5, 2e9, 1.5e9}, before);
        REQUIRE(growth);
        CHECK(growth->lower_ipc_s == Approx(0.5));
        CHECK(growth->more_instructions_s == Approx(0).margin(1e-12));
    }
    SECTION("clock") {
        const auto growth = split_growth({1.5, 2e9, 1e9}, before);
        REQUIRE(growth);
        CHECK(growth->lower_clock_s == Approx(0.5));
        CHECK(growth->lower_ipc_s == Approx(0).margin(1e-12));
    }
}

TEST_CASE("the parts sum to the growth exactly, and change sign with the direction") {
    std::mt19937 random(6);
    std::uniform_real_distribution<double> some(0.1, 10);
    for (int round = 0; round < 1000; ++round) {
        const Work now{some(random), 1e9 * some(random), 1e9 * some(random)};
        const Work before{some(random), 1e9 * some(random), 1e9 * some(random)};
        const auto there = split_growth(now, before), back = split_growth(before, now);
        REQUIRE(there);
        REQUIRE(back);
        CHECK(total(*there) == Approx(now.seconds - before.seconds).margin(1e-9));
        CHECK(there->more_instructions_s == Approx(-back->more_instructions_s).margin(1e-9));
        CHECK(there->lower_ipc_s == Approx(-back->lower_ipc_s).margin(1e-9));
        CHECK(there->lower_clock_s == Approx(-back->lower_clock_s).margin(1e-9));
    }
}

TEST_CASE("work that is there on one side only counts as instructions") {
    const Work work{0.5, 1e9, 5e8};
    const auto appeared = split_growth(work, {}), vanished = split_growth({}, work);
    REQUIRE(appeared);
    REQUIRE(vanished);
    CHECK(appeared->more_instructions_s == 0.5);
    CHECK(vanished->more_instructions_s == -0.5);
    CHECK(total(*split_growth({}, {})) == 0);
    // ... as the limit has it
    CHECK(split_growth(work, {0.5e-12, 1e-3, 5e-4})->more_instructions_s == Approx(0.5));
}

TEST_CASE("time without counts cannot be split") {
    CHECK_FALSE(split_growth({1, 0, 1e9}, {1, 1e9, 1e9}));
    CHECK_FALSE(split_growth({1, 1e9, 1e9}, {1, 1e9, 0}));
}
