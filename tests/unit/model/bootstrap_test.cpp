// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/bootstrap.h"

#include <cmath>
#include <limits>
#include <vector>

#include "noisy_curves.h"
#include "support/catch.h"

using namespace ftscale::model;

using Values = std::vector<double>;

namespace {

constexpr int kTrials = 1000;

/// Times as machines give them: a floor, and a tail of what came in between; their expectation is floor_s + tail_s.
Values tailed(Noise& noise, std::size_t count, double floor_s, double tail_s, double shape = 0.5) {
    Values times;
    while (times.size() < count)  // log-normal with mean tail_s
        times.push_back(floor_s + tail_s * std::exp(shape * noise.next() - shape * shape / 2));
    return times;
}

}  // namespace

TEST_CASE("too few repeats, or times that are none, have no interval") {
    CHECK_FALSE(time_ci95(Values{}));
    CHECK_FALSE(time_ci95(Values{1}));
    CHECK_FALSE(time_ci95(Values{1, 0}));
    CHECK_FALSE(time_ci95(Values{1, std::numeric_limits<double>::quiet_NaN()}));
    CHECK_FALSE(speedup_ci95(Values{1, 1}, Values{1}));
    CHECK_FALSE(speedup_ci95(Values{1, -1}, Values{1, 1}));
}

TEST_CASE("repeats that are all alike have an interval of no width") {
    const Values same(10, 2.0);
    CHECK(time_ci95(same)->first == Approx(2));
    CHECK(time_ci95(same)->second == Approx(2));
    CHECK(speedup_ci95(same, Values(10, 0.5))->first == Approx(4));
}

TEST_CASE("the interval of the inverse ratio is the inverse interval") {
    Noise noise(3);
    for (const std::size_t count : {3u, 10u}) {
        const Values a = tailed(noise, count, 1, 0.1), b = tailed(noise, count, 0.5, 0.1);
        const auto there = speedup_ci95(a, b), back = speedup_ci95(b, a);
        CHECK(there->first == Approx(1 / back->second).epsilon(0.01));
        CHECK(there->second == Approx(1 / back->first).epsilon(0.01));
    }
}

TEST_CASE("pairs cancel the mood that they share") {
    Values single, times;
    Noise noise(5);
    for (int i = 0; i < 6; ++i) {
        const double mood = std::exp(0.2 * noise.next());
        single.push_back(2 * mood * std::exp(0.01 * noise.next()));
        times.push_back(mood * std::exp(0.01 * noise.next()));
    }
    const Interval paired = *speedup_ci95(single, times), apart = *ratio_ci95(single, times);
    CHECK(paired.second - paired.first < 0.2 * (apart.second - apart.first));
    CHECK(paired.first < 2.02);
    CHECK(paired.second > 1.98);
}

TEST_CASE("intervals of times, speed-ups and efficiencies hold the truth 95 times in 100") {
    Noise noise(1979);
    for (const std::size_t repeats : {3u, 5u, 8u, 20u}) {
        Coverage time, speedup, efficiency;
        // A tail that is longer on one side takes more repeats than a few to be seen.
        const double shape = repeats < kEnoughToResample ? 0.1 : 0.5;
        for (int trial = 0; trial < kTrials; ++trial) {
            const Values single = tailed(noise, repeats, 0.9, 0.1, shape);
            const Values times = tailed(noise, repeats, 0.45, 0.1, shape);
            time.count(time_ci95(times), 0.55);
            const auto ci95 = speedup_ci95(single, times);
            speedup.count(ci95, 1 / 0.55);
            efficiency.count(Interval{ci95->first / 2, ci95->second / 2}, 1 / 0.55 / 2);
        }
        INFO(repeats << " repeats: " << time.share() << ", " << speedup.share() << ", " << efficiency.share());
        CHECK(time.is_near_95());
        CHECK(speedup.is_near_95());
        CHECK(efficiency.is_near_95());
    }
}
