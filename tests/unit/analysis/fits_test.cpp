// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/fits.h"

#include <cmath>

#include "support/catch.h"

namespace ftscale::tests {
namespace {

using analysis::add_fits;
using analysis::predict;
using analysis::RegionResult;
using analysis::TimedRun;

constexpr double kSigma = 0.06, kKappa = 0.002;

double usl(double n) { return n / (1 + kSigma * (n - 1) + kKappa * n * (n - 1)); }

/// Three repeats of each count, a little off the law; each repeat in a mood of its own.
std::vector<TimedRun> runs_at(const std::vector<int>& counts, int cpus = 64) {
    std::vector<TimedRun> runs;
    for (int repeat = 0; repeat < 3; ++repeat)
        for (const int n : counts) {
            const double off = 0.004 * std::sin(7.0 * repeat + 3.0 * n);
            runs.push_back({n, repeat, (1 + 0.1 * repeat) * std::exp(off) / usl(n), n > cpus});
        }
    return runs;
}

RegionResult fitted(const std::vector<TimedRun>& runs) {
    RegionResult result;
    add_fits(runs, result);
    return result;
}

TEST_CASE("with enough thread counts the USL predicts, at twice and four times the largest") {
    const RegionResult region = fitted(runs_at({1, 2, 4, 8, 16}));
    REQUIRE(region.usl);
    CHECK(region.usl->sigma == Approx(kSigma).margin(0.01));
    CHECK(region.usl->sigma_ci95->first < kSigma);
    CHECK(region.usl->sigma_ci95->second > kSigma);
    CHECK(*region.usl->peak_low < std::sqrt((1 - kSigma) / kKappa));
    CHECK(*region.usl->peak_high > std::sqrt((1 - kSigma) / kKappa));
    CHECK(region.law->name == "usl");
    REQUIRE(region.predictions.size() == 2);
    CHECK(region.predictions[0].threads == 32);
    CHECK(region.predictions[1].threads == 64);
    for (const analysis::Prediction& prediction : region.predictions) {
        CHECK(prediction.speedup == Approx(usl(prediction.threads)).epsilon(0.05));
        CHECK(prediction.ci95->first < usl(prediction.threads));
        CHECK(prediction.ci95->second > usl(prediction.threads));
    }
    CHECK(predict(region, 3)->speedup == Approx(usl(3)).epsilon(0.02));
}

TEST_CASE("with three thread counts Amdahl's law does: the USL would pass through any") {
    const RegionResult region = fitted(runs_at({1, 2, 4}));
    REQUIRE(region.usl);
    CHECK_FALSE(region.usl->sigma_ci95);
    CHECK(region.law->name == "amdahl");
}

TEST_CASE("two thread counts carry no law, and the reason is said") {
    const RegionResult region = fitted(runs_at({1, 2}));
    CHECK_FALSE(region.amdahl);
    CHECK_FALSE(region.usl);
    CHECK_FALSE(region.law);
    CHECK(region.predictions.empty());
    CHECK_FALSE(predict(region, 8));
    CHECK(region.why_no_amdahl.rfind("not enough points", 0) == 0);
}

TEST_CASE("threads that have no CPU are no part of a law, and that is said") {
    const RegionResult enough = fitted(runs_at({1, 2, 4, 8, 16}, 8));
    CHECK(enough.predictions[0].threads == 16);
    CHECK(enough.why_no_usl.empty());
    const RegionResult region = fitted(runs_at({1, 2, 4, 8}, 2));
    CHECK_FALSE(region.amdahl);
    CHECK(region.why_no_amdahl.find("not counting 4, 8, which is more than there are CPUs") != std::string::npos);
}

TEST_CASE("a repeat in which a run is missing is left out") {
    std::vector<TimedRun> runs = runs_at({1, 2, 4, 8, 16});
    const RegionResult all = fitted(runs);
    runs.pop_back();
    const RegionResult fewer = fitted(runs);
    REQUIRE(fewer.usl);
    CHECK(fewer.usl->sigma != all.usl->sigma);
    std::erase_if(runs, [](const TimedRun& run) { return run.threads == 4 && run.repeat < 2; });
    CHECK_FALSE(fitted(runs).usl);
}

TEST_CASE("without one thread there is no speed-up to fit") { CHECK_FALSE(fitted(runs_at({2, 4, 8, 16})).amdahl); }

}  // namespace
}  // namespace ftscale::tests
