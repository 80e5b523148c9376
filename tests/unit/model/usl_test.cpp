// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/usl.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.h"

using namespace ftscale::model;

namespace {

double usl_speedup(double sigma, double kappa, double n) { return n / (1 + sigma * (n - 1) + kappa * n * (n - 1)); }

std::vector<CurvePoint> curve(double sigma, double kappa, const std::vector<int>& threads) {
    std::vector<CurvePoint> points;
    for (int n : threads) points.push_back({n, usl_speedup(sigma, kappa, n)});
    return points;
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
        CHECK(outcome.fit->speedup_at(8) == Approx(usl_speedup(sigma, kappa, 8)));
    }
}

TEST_CASE("the thread count of the peak") {
    auto peak = [](double sigma, double kappa) {
        return fit_usl(curve(sigma, kappa, {1, 2, 4, 8, 16})).fit->peak_threads;
    };
    CHECK(*peak(0.05, 0.001) == Approx(std::sqrt(0.95 / 0.001)));
    CHECK_FALSE(peak(0.3, 0));
    SECTION("slower with every thread: one thread is the best") {
        CHECK(*fit_usl(std::vector<CurvePoint>{{1, 1}, {2, 0.7}, {4, 0.5}, {8, 0.3}}).fit->peak_threads == 1);
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
        std::vector<CurvePoint> points{{1, 1}, {2, 1.8}, {2, 1.81}, {4, 3}, {4, 3.01}};
        REQUIRE(fit_usl(points).fit);
        CHECK_FALSE(fit_usl(points).fit->sigma_ci95);
    }
}

TEST_CASE("USL refuses what it cannot answer") {
    auto reason = [](std::vector<CurvePoint> points) {
        auto outcome = fit_usl(points);
        CHECK_FALSE(outcome.fit);
        return outcome.reason;
    };
    CHECK_THAT(reason({}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({{1, 1}}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({{1, 1}, {2, 1.8}}), ContainsSubstring("not enough points"));
    CHECK_THAT(reason({{1, 1}, {2, 1}, {4, 1}, {8, 1}}), ContainsSubstring("flat"));
    CHECK_THAT(reason({{1, 1}, {2, std::numeric_limits<double>::quiet_NaN()}, {4, 3}, {8, 5}}),
               ContainsSubstring("finite"));
    CHECK_THAT(reason({{1, 1}, {2, -1}, {4, 3}, {8, 5}}), ContainsSubstring("positive"));
}

TEST_CASE("USL holds its coefficients at 0 and says so") {
    SECTION("faster than ideal") {
        auto fit = fit_usl(std::vector<CurvePoint>{{1, 1}, {2, 2.2}, {4, 4.6}, {8, 9}}).fit;
        REQUIRE(fit);
        CHECK(fit->clamped);
        CHECK(fit->sigma == 0);
        CHECK(fit->kappa == 0);
        CHECK_FALSE(fit->peak_threads);
    }
    SECTION("contention eases with more threads: kappa would be negative") {
        auto fit = fit_usl(std::vector<CurvePoint>{{1, 1}, {2, 1.3}, {4, 2.4}, {8, 5}}).fit;
        REQUIRE(fit);
        CHECK(fit->clamped);
        CHECK(fit->sigma > 0);
        CHECK(fit->kappa == 0);
    }
}

TEST_CASE("no other coefficients within the bounds fit better") {
    std::mt19937_64 random(2007);
    std::uniform_real_distribution<double> speedup(0.2, 3);
    for (int trial = 0; trial < 300; ++trial) {
        std::vector<CurvePoint> points{{1, 1}};
        for (int n : {2, 4, 8, 16}) points.push_back({n, speedup(random)});
        auto fit = fit_usl(points).fit;
        if (!fit) continue;
        auto error = [&](double sigma, double kappa) {
            double sum = 0;
            for (const CurvePoint& p : points) sum += std::pow(p.speedup - usl_speedup(sigma, kappa, p.threads), 2);
            return sum;
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

TEST_CASE("USL's intervals hold the truth about 95 times in 100") {
    std::mt19937_64 random(1993);
    constexpr double kSigma = 0.08, kKappa = 0.004;
    constexpr int kTrials = 2000;
    for (const std::vector<int>& threads : {std::vector<int>{1, 2, 4, 8}, {1, 2, 4, 6, 8, 12, 16, 24, 32}}) {
        std::normal_distribution<double> noise(0, 0.03);
        int sigma_held = 0, kappa_held = 0;
        for (int trial = 0; trial < kTrials; ++trial) {
            auto points = curve(kSigma, kKappa, threads);
            for (CurvePoint& point : points) {
                if (point.threads > 1) point.speedup += noise(random);
            }
            auto fit = fit_usl(points).fit;
            REQUIRE(fit);
            REQUIRE(fit->sigma_ci95);
            sigma_held += fit->sigma_ci95->first <= kSigma && kSigma <= fit->sigma_ci95->second;
            kappa_held += fit->kappa_ci95->first <= kKappa && kKappa <= fit->kappa_ci95->second;
        }
        INFO(threads.size() << " thread counts, held " << sigma_held << " and " << kappa_held << " of " << kTrials);
        CHECK(sigma_held >= kTrials * 90 / 100);
        CHECK(sigma_held <= kTrials * 99 / 100);
        CHECK(kappa_held >= kTrials * 90 / 100);
        CHECK(kappa_held <= kTrials * 99 / 100);
    }
}
