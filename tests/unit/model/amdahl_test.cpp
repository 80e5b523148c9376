// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/amdahl.h"

#include <limits>
#include <vector>

#include "noisy_curves.h"
#include "support/catch.h"

using namespace ftscale::model;

namespace {

double amdahl_speedup(double serial, int threads) { return 1 / (serial + (1 - serial) / threads); }

ScalingCurve curve(double serial, const std::vector<int>& threads) {
    std::vector<double> speedups;
    for (int n : threads) speedups.push_back(amdahl_speedup(serial, n));
    return curve_of_speedups(threads, speedups);
}

}  // namespace

TEST_CASE("Amdahl is exact on a curve without noise") {
    for (double serial : {0.0, 0.01, 0.3, 0.9}) {
        auto outcome = fit_amdahl(curve(serial, {1, 2, 4, 8}));
        REQUIRE(outcome.fit);
        CHECK(outcome.reason.empty());
        CHECK(outcome.fit->serial_fraction == Approx(serial).margin(1e-12));
        CHECK(outcome.fit->ci95->first == Approx(serial).margin(1e-6));
        CHECK(outcome.fit->ci95->second == Approx(serial).margin(1e-6));
        CHECK_FALSE(outcome.fit->clamped);
    }
}

TEST_CASE("Amdahl refuses what it cannot answer") {
    auto reason = [](const ScalingCurve& points) {
        auto outcome = fit_amdahl(points);
        CHECK_FALSE(outcome.fit);
        return outcome.reason;
    };
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THAT(reason({}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason(curve(0.1, {1})), ContainsSubstring("not enough points"));
    CHECK_THAT(reason(curve(0.1, {1, 2})), ContainsSubstring("not enough points"));
    CHECK_THAT(reason(curve(0.1, {2, 4, 8})), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({{1, 2}, {{1, 0.6}, {1, 0.6}, {1, 0.6}}}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason(curve_of_speedups({1, 2, 4, 8}, {1, 1.01, 0.99, 1})), ContainsSubstring("flat"));
    CHECK_THAT(reason(curve_of_speedups({1, 2, 4}, {1, kNan, 3})), ContainsSubstring("finite"));
    CHECK_THAT(reason(curve_of_speedups({1, 2, 4}, {1, std::numeric_limits<double>::infinity(), 3})),
               ContainsSubstring("positive"));
    CHECK_THAT(reason(curve_of_speedups({1, 2, 4}, {1, 0, 3})), ContainsSubstring("finite"));
    CHECK_THAT(reason({{1, 2, 4}, {{1, 0.5, 0.3}, {1, 0.5}}}), ContainsSubstring("same thread counts"));
    CHECK_THAT(reason({{1, 4, 2}, {{1, 0.5, 0.3}}}), ContainsSubstring("same thread counts"));
}

TEST_CASE("Amdahl clamps and says so") {
    SECTION("faster than ideal") {
        auto fit = fit_amdahl(curve_of_speedups({1, 2, 4}, {1, 2.4, 5})).fit;
        REQUIRE(fit);
        CHECK(fit->serial_fraction == 0);
        CHECK(fit->clamped);
        CHECK(fit->ci95->first == 0);
    }
    SECTION("slower than one thread") {
        auto fit = fit_amdahl(curve_of_speedups({1, 2, 4}, {1, 0.8, 0.6})).fit;
        REQUIRE(fit);
        CHECK(fit->serial_fraction == 1);
        CHECK(fit->clamped);
        CHECK(fit->ci95->second == 1);
    }
}

TEST_CASE("Amdahl's interval, and that of a prediction, hold the truth 95 times in 100") {
    constexpr double kSerial = 0.3;
    constexpr int kTrials = 2000, kUnseen = 64;
    NoisyCurves noisy(1967);
    for (const std::vector<int>& threads : {std::vector<int>{1, 2, 4}, {1, 2, 4, 8}, {1, 2, 3, 4, 6, 8, 12, 16}})
        for (const int repeats : {1, 2, 5, 12}) {
            Coverage serial, prediction;
            for (int trial = 0; trial < kTrials; ++trial) {
                auto fit = fit_amdahl(noisy.around(curve(kSerial, threads), repeats)).fit;
                REQUIRE(fit);
                serial.count(fit->ci95, kSerial);
                prediction.count(fit->law.speedup_ci95(kUnseen), amdahl_speedup(kSerial, kUnseen));
            }
            INFO(threads.size() << " thread counts, " << repeats << " repeats: " << serial.share() << ", "
                                << prediction.share());
            CHECK(serial.is_near_95());
            CHECK(prediction.is_near_95());
        }
}
