// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/statistics.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.h"

using namespace ftscale::model;

using Values = std::vector<double>;

TEST_CASE("mean, median and standard deviation") {
    CHECK(mean(Values{1, 2, 6}) == 3);
    CHECK(mean(Values{}) == 0);
    CHECK(median(Values{9, 1, 2}) == 2);
    CHECK(median(Values{4, 1, 2, 3}) == 2.5);
    CHECK(median(Values{}) == 0);
    CHECK(*sample_standard_deviation(Values{2, 4, 4, 4, 5, 5, 7, 9}) == Approx(std::sqrt(32.0 / 7)));
    CHECK_FALSE(sample_standard_deviation(Values{1}));
}

TEST_CASE("Student's t quantile agrees with closed forms and tables") {
    SECTION("one degree of freedom: Cauchy") {
        CHECK(student_t95(1) == Approx(std::tan(0.475 * std::acos(-1.0))).epsilon(1e-10));
    }
    SECTION("two degrees of freedom: t = p sqrt(2 / (1 - p^2))") {
        CHECK(student_t95(2) == Approx(0.95 * std::sqrt(2 / (1 - 0.95 * 0.95))).epsilon(1e-10));
        CHECK(student_t_quantile(0.5, 2) == Approx(0.5 * std::sqrt(2 / 0.75)).epsilon(1e-10));
    }
    SECTION("table values, 95 % two-sided") {
        CHECK(student_t95(3) == Approx(3.182446305284263).epsilon(1e-9));
        CHECK(student_t95(4) == Approx(2.776445105197799).epsilon(1e-9));
        CHECK(student_t95(5) == Approx(2.570581835636314).epsilon(1e-9));
        CHECK(student_t95(10) == Approx(2.228138851986274).epsilon(1e-9));
        CHECK(student_t95(30) == Approx(2.042272456301238).epsilon(1e-9));
        CHECK(student_t95(100) == Approx(1.983971518523552).epsilon(1e-9));
    }
    SECTION("many degrees of freedom: normal") { CHECK(student_t95(1e9) == Approx(1.959963984540054).epsilon(1e-6)); }
    SECTION("other probabilities and fractional degrees lie in between") {
        CHECK(student_t_quantile(0.99, 5) == Approx(4.032142983555228).epsilon(1e-9));
        CHECK(student_t95(2.5) < student_t95(2));
        CHECK(student_t95(2.5) > student_t95(3));
    }
    SECTION("no answer to no question") {
        CHECK(std::isnan(student_t95(0)));
        CHECK(std::isnan(student_t95(-1)));
        CHECK(std::isnan(student_t_quantile(1, 5)));
        CHECK(std::isnan(student_t_quantile(0, 5)));
        CHECK(std::isnan(student_t95(std::numeric_limits<double>::quiet_NaN())));
    }
}

TEST_CASE("confidence interval of a mean") {
    auto interval = mean_ci95(Values{1, 2, 3});
    REQUIRE(interval);
    double half = 4.302652729911275 / std::sqrt(3.0);
    CHECK(interval->first == Approx(2 - half));
    CHECK(interval->second == Approx(2 + half));
    CHECK_FALSE(mean_ci95(Values{1}));
    CHECK_FALSE(mean_ci95(Values{}));
    CHECK_FALSE(mean_ci95(Values{1, std::numeric_limits<double>::quiet_NaN()}));
}

TEST_CASE("confidence interval of a ratio of means") {
    SECTION("without noise it is the ratio") {
        auto interval = ratio_ci95(Values{8, 8}, Values{2, 2});
        REQUIRE(interval);
        CHECK(interval->first == 4);
        CHECK(interval->second == 4);
    }
    SECTION("the inverse ratio has the inverse interval") {
        Values a{8.1, 8.0, 7.9}, b{2.0, 2.1, 2.05};
        auto interval = *ratio_ci95(a, b);
        auto inverse = *ratio_ci95(b, a);
        CHECK(inverse.first == Approx(1 / interval.second));
        CHECK(inverse.second == Approx(1 / interval.first));
        CHECK(interval.first < mean(a) / mean(b));
        CHECK(interval.second > mean(a) / mean(b));
    }
    SECTION("the degrees of freedom are those of the noisier side") {
        Values noisy{9, 11}, steady{2, 2, 2, 2, 2};
        double factor = std::exp(student_t95(1) * 0.1);  // standard error of the mean 10: 1
        CHECK(ratio_ci95(noisy, steady)->second == Approx(5 * factor));
        CHECK(ratio_ci95(steady, noisy)->first == Approx(0.2 / factor));
    }
    SECTION("too few values, or values that are no times") {
        CHECK_FALSE(ratio_ci95(Values{8}, Values{2, 2}));
        CHECK_FALSE(ratio_ci95(Values{8, 8}, Values{2}));
        CHECK_FALSE(ratio_ci95(Values{8, 8}, Values{0, 0}));
        CHECK_FALSE(ratio_ci95(Values{8, -9}, Values{2, 2}));
        CHECK_FALSE(ratio_ci95(Values{8, std::numeric_limits<double>::infinity()}, Values{2, 2}));
    }
}

TEST_CASE("the interval of a ratio holds the truth about 95 times in 100") {
    std::mt19937_64 random(20070101);
    for (int repeats : {3, 5, 10}) {
        std::normal_distribution<double> above(10, 0.3), below(2.5, 0.05);
        int held = 0;
        constexpr int kTrials = 2000;
        for (int trial = 0; trial < kTrials; ++trial) {
            Values a, b;
            for (int i = 0; i < repeats; ++i) {
                a.push_back(above(random));
                b.push_back(below(random));
            }
            auto [low, high] = *ratio_ci95(a, b);
            held += low <= 4 && 4 <= high;
        }
        INFO("repeats " << repeats << ", held " << held << " of " << kTrials);
        CHECK(held >= kTrials * 90 / 100);
        CHECK(held <= kTrials * 99 / 100);
    }
}
