// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/amdahl.h"

#include <limits>
#include <random>
#include <vector>

#include "support/catch.h"

using namespace ftscale::model;

namespace {

double amdahl_speedup(double serial, int threads) { return 1 / (serial + (1 - serial) / threads); }

std::vector<CurvePoint> curve(double serial, const std::vector<int>& threads) {
    std::vector<CurvePoint> points;
    for (int n : threads) points.push_back({n, amdahl_speedup(serial, n)});
    return points;
}

}  // namespace

TEST_CASE("Amdahl is exact on a curve without noise") {
    for (double serial : {0.0, 0.01, 0.3, 0.9}) {
        auto outcome = fit_amdahl(curve(serial, {1, 2, 4, 8}));
        REQUIRE(outcome.fit);
        CHECK(outcome.reason.empty());
        CHECK(outcome.fit->serial_fraction == Approx(serial).margin(1e-12));
        CHECK(outcome.fit->ci95.first == Approx(serial).margin(1e-9));
        CHECK(outcome.fit->ci95.second == Approx(serial).margin(1e-9));
        CHECK_FALSE(outcome.fit->clamped);
    }
}

TEST_CASE("Amdahl refuses what it cannot answer") {
    auto reason = [](std::vector<CurvePoint> points) {
        auto outcome = fit_amdahl(points);
        CHECK_FALSE(outcome.fit);
        return outcome.reason;
    };
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THAT(reason({}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({{1, 1}}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({{1, 1}, {2, 1.8}}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({{1, 1}, {2, 1.8}, {2, 1.7}, {2, 1.9}}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({{1, 1}, {2, 1.01}, {4, 0.99}, {8, 1}}), ContainsSubstring("flat"));
    CHECK_THAT(reason({{1, 1}, {2, kNan}, {4, 3}}), ContainsSubstring("finite"));
    CHECK_THAT(reason({{1, 1}, {2, std::numeric_limits<double>::infinity()}, {4, 3}}), ContainsSubstring("finite"));
    CHECK_THAT(reason({{1, 1}, {2, 0}, {4, 3}}), ContainsSubstring("positive"));
    CHECK_THAT(reason({{1, 1}, {0, 1}, {4, 3}, {8, 5}}), ContainsSubstring("finite positive"));
    CHECK_THAT(reason({{1, 1}, {2, 1e-320}, {4, 3}, {8, 5}}), ContainsSubstring("too small"));
}

TEST_CASE("Amdahl clamps and says so") {
    SECTION("faster than ideal") {
        auto fit = fit_amdahl(std::vector<CurvePoint>{{1, 1}, {2, 2.4}, {4, 5}}).fit;
        REQUIRE(fit);
        CHECK(fit->serial_fraction == 0);
        CHECK(fit->clamped);
        CHECK(fit->ci95.first == 0);
    }
    SECTION("slower than one thread") {
        auto fit = fit_amdahl(std::vector<CurvePoint>{{1, 1}, {2, 0.8}, {4, 0.6}}).fit;
        REQUIRE(fit);
        CHECK(fit->serial_fraction == 1);
        CHECK(fit->clamped);
        CHECK(fit->ci95.second == 1);
    }
}

TEST_CASE("Amdahl's interval holds the truth about 95 times in 100") {
    std::mt19937_64 random(1967);
    std::normal_distribution<double> noise(0, 0.01);  // of T(n)/T(1)
    constexpr double kSerial = 0.3;
    constexpr int kTrials = 2000;
    for (const std::vector<int>& threads : {std::vector<int>{1, 2, 4}, {1, 2, 4, 8}, {1, 2, 3, 4, 6, 8, 12, 16}}) {
        int held = 0;
        for (int trial = 0; trial < kTrials; ++trial) {
            auto points = curve(kSerial, threads);
            for (CurvePoint& point : points) {
                if (point.threads > 1) point.speedup = 1 / (1 / point.speedup + noise(random));
            }
            auto fit = fit_amdahl(points).fit;
            REQUIRE(fit);
            held += fit->ci95.first <= kSerial && kSerial <= fit->ci95.second;
        }
        INFO(threads.size() << " thread counts, held " << held << " of " << kTrials);
        CHECK(held >= kTrials * 90 / 100);
        CHECK(held <= kTrials * 99 / 100);
    }
}
