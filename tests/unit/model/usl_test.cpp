// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/usl.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "noisy_curves.h"
#include "support/catch.h"

using namespace ftscale::model;

namespace {

double usl_speedup(double sigma, double kappa, double n) { return n / (1 + sigma * (n - 1) + kappa * n * (n - 1)); }

ScalingCurve curve(double sigma, double kappa, const std::vector<int>& threads) {
    std::vector<double> speedups;
    for (int n : threads) speedups.push_back(usl_speedup(sigma, kappa, n));
    return curve_of_speedups(threads, speedups);
}

}  // namespace

TEST_CASE("USL is exact on a curve without noise") {
    struct Truth {
        double sigma, kappa;
    };
    for (auto [sigma, kappa] :
         {Truth{0.05, 0.001}, Truth{0.02, 0.05}, Truth{0.3, 0}, Truth{0, 0.01}, Truth{0, 0}, Truth{0.9, 0.4}}) {
        auto outcome = fit_usl(curve(sigma, kappa, {1, 2, 4, 8, 16, 32}));
        INFO("sigma " << sigma << " kappa " << kappa);
        REQUIRE(outcome.fit);
        CHECK(outcome.fit->sigma == Approx(sigma).margin(1e-9));
        CHECK(outcome.fit->kappa == Approx(kappa).margin(1e-9));
        REQUIRE(outcome.fit->sigma_ci95);
        CHECK(outcome.fit->sigma_ci95->first <= outcome.fit->sigma);
        CHECK(outcome.fit->sigma_ci95->second == Approx(sigma).margin(1e-6));
        CHECK(outcome.fit->kappa_ci95->second == Approx(kappa).margin(1e-6));
        CHECK(outcome.fit->law.law.speedup_at(8) == Approx(usl_speedup(sigma, kappa, 8)));
    }
}

TEST_CASE("the thread count of the peak") {
    auto peak = [](double sigma, double kappa) { return fit_usl(curve(sigma, kappa, {1, 2, 4, 8, 16})).fit->peak; };
    const double truth = std::sqrt(0.95 / 0.001);
    CHECK(peak(0.05, 0.001)->threads == Approx(truth));
    CHECK(*peak(0.05, 0.001)->low == Approx(truth));
    CHECK(*peak(0.05, 0.001)->high == Approx(truth));
    CHECK_FALSE(peak(0.3, 0));
    SECTION("slower with every thread: one thread is the best") {
        CHECK(fit_usl(curve_of_speedups({1, 2, 4, 8}, {1, 0.7, 0.5, 0.3})).fit->peak->threads == 1);
    }
    SECTION("where the points allow for none, its interval has no end") {
        const auto open = fit_usl(curve_of_speedups({1, 2, 4, 8}, {1, 1.9, 3.7, 6.2})).fit;
        REQUIRE(open);
        REQUIRE(open->peak);
        CHECK(open->kappa_ci95->first == 0);
        CHECK(open->peak->low);
        CHECK_FALSE(open->peak->high);
    }
}

TEST_CASE("USL gives no interval where nothing is left to judge the fit by") {
    auto fit = fit_usl(curve(0.1, 0.01, {1, 2, 4})).fit;
    REQUIRE(fit);
    CHECK(fit->sigma == Approx(0.1));
    CHECK(fit->kappa == Approx(0.01));
    CHECK_FALSE(fit->sigma_ci95);
    CHECK_FALSE(fit->kappa_ci95);
    SECTION("repeats of the same thread counts do not help") {
        const auto repeated = fit_usl({{1, 2, 4}, {{1, 0.55, 0.33}, {1, 0.56, 0.34}}}).fit;
        REQUIRE(repeated);
        CHECK_FALSE(repeated->sigma_ci95);
        CHECK_FALSE(repeated->law.speedup_ci95(8));
    }
}

TEST_CASE("USL refuses what it cannot answer") {
    auto reason = [](const std::vector<int>& threads, const std::vector<double>& speedups) {
        auto outcome = fit_usl(curve_of_speedups(threads, speedups));
        CHECK_FALSE(outcome.fit);
        return outcome.reason;
    };
    CHECK_THAT(reason({}, {}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({1}, {1}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({1, 2}, {1, 1.8}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({1, 2, 4, 8}, {1, 1, 1, 1}), ContainsSubstring("flat"));
    CHECK_THAT(reason({1, 2, 4, 8}, {1, std::numeric_limits<double>::quiet_NaN(), 3, 5}), ContainsSubstring("finite"));
    CHECK_THAT(reason({1, 2, 4, 8}, {1, -1, 3, 5}), ContainsSubstring("positive"));
}

TEST_CASE("USL holds its coefficients at 0 and says so") {
    SECTION("faster than ideal") {
        auto fit = fit_usl(curve_of_speedups({1, 2, 4, 8}, {1, 2.2, 4.6, 9})).fit;
        REQUIRE(fit);
        CHECK(fit->clamped);
        CHECK(fit->sigma == 0);
        CHECK(fit->kappa == 0);
        CHECK_FALSE(fit->peak);
    }
    SECTION("contention eases with more threads: kappa would be negative") {
        auto fit = fit_usl(curve_of_speedups({1, 2, 4, 8}, {1, 1.3, 2.4, 5})).fit;
        REQUIRE(fit);
        CHECK(fit->clamped);
        CHECK(fit->sigma > 0);
        CHECK(fit->kappa == 0);
    }
}

TEST_CASE("no other coefficients within the bounds fit better") {
    std::mt19937_64 random(2007);
    std::uniform_real_distribution<double> speedup(0.2, 3);
    const std::vector<int> threads{1, 2, 4, 8, 16};
    for (int trial = 0; trial < 300; ++trial) {
        std::vector<double> speedups{1};
        while (speedups.size() < threads.size()) speedups.push_back(speedup(random));
        auto fit = fit_usl(curve_of_speedups(threads, speedups)).fit;
        if (!fit) continue;
        // Of the logarithms, about their mean: the time at one thread is no surer than the others.
        auto error = [&](double sigma, double kappa) {
            double sum = 0, squares = 0;
            for (std::size_t i = 0; i < threads.size(); ++i) {
                const double left = std::log(speedups[i] / usl_speedup(sigma, kappa, threads[i]));
                sum += left;
                squares += left * left;
            }
            return squares - sum * sum / static_cast<double>(threads.size());
        };
        double ours = error(fit->sigma, fit->kappa);
        REQUIRE(std::isfinite(ours));
        double best = ours;
        for (double sigma = 0; sigma < 6; sigma += 0.05) {
            for (double kappa = 0; kappa < 3; kappa += 0.02) best = std::min(best, error(sigma, kappa));
        }
        INFO("trial " << trial << " sigma " << fit->sigma << " kappa " << fit->kappa);
        CHECK(ours <= best * 1.0001);
    }
}

TEST_CASE("USL's intervals, of predictions and of the peak, too, hold the truth 95 times in 100") {
    constexpr double kSigma = 0.08, kKappa = 0.004;
    constexpr int kTrials = 2000, kUnseen = 48;
    NoisyCurves noisy(1993);
    for (const std::vector<int>& threads : {std::vector<int>{1, 2, 4, 8, 16}, {1, 2, 4, 6, 8, 12, 16, 24, 32}})
        for (const int repeats : {1, 2, 5, 12}) {
            Coverage sigma, kappa, prediction, peak;
            for (int trial = 0; trial < kTrials; ++trial) {
                auto fit = fit_usl(noisy.around(curve(kSigma, kKappa, threads), repeats)).fit;
                REQUIRE(fit);
                sigma.count(fit->sigma_ci95, kSigma);
                kappa.count(fit->kappa_ci95, kKappa);
                prediction.count(fit->law.speedup_ci95(kUnseen), usl_speedup(kSigma, kKappa, kUnseen));
                const double infinite = std::numeric_limits<double>::infinity();
                peak.count(fit->peak ? Interval{fit->peak->low.value_or(infinite), fit->peak->high.value_or(infinite)}
                                     : Interval{infinite, infinite},
                           std::sqrt((1 - kSigma) / kKappa));
            }
            INFO(threads.size() << " thread counts, " << repeats << " repeats: " << sigma.share() << ", "
                                << kappa.share() << ", " << prediction.share() << ", " << peak.share());
            CHECK(sigma.is_near_95());
            CHECK(kappa.is_near_95());
            CHECK(prediction.is_near_95());
            CHECK(peak.is_near_95());
        }
}
