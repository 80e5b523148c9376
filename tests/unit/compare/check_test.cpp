// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/check.h"

#include "support/catch.h"

namespace ftscale::tests {
namespace {

using compare::check;
using compare::CheckResult;
using compare::Figures;
using compare::Rules;
using compare::Verdict;

/// Five runs each at one thread and at two; `wobble` is how far they lie apart.
Figures figures_of(double speedup, double wobble) {
    Figures figures;
    figures.interpreter = "3.14.1t";
    figures.cpus = 2;
    figures.scaling = "strong";
    for (const int threads : {1, 2}) {
        compare::TimedPoint point{threads, {}};
        const double time_s = threads == 1 ? 1 : 1 / speedup;
        const double sign = threads == 1 ? 1 : -1;  // the pairs do not share it
        for (const double step : {-1.0, 0.5, 0.0, -0.5, 1.0})
            point.repeats_s.push_back(time_s * (1 + sign * wobble * step));
        figures.points.push_back(point);
    }
    compare::LossPoint losses{2, {}, {}, {}, {}};
    losses.categories = {{"work", "", 0.01, 0.01}, {"lock_wait", "", 0.3, 0.02}};
    losses.functions = {{"collect", "app.py", 0.3, 0.02}};
    losses.locks = {{"list", "object", 0.3, 0.02}};
    losses.objects = {{"cache", "dict", 0.3, 0.02}};
    figures.losses = {losses};
    return figures;
}

CheckResult against_baseline(double before, double after, double wobble, const Rules& rules = {}) {
    const Figures baseline = figures_of(before, wobble), now = figures_of(after, wobble);
    return check(now, &baseline, rules);
}

TEST_CASE("little noise: what is as it was passes, what lost a tenth fails") {
    CHECK(against_baseline(1.8, 1.8, 0.005).verdict == Verdict::Pass);
    const CheckResult failed = against_baseline(1.8, 1.62, 0.005);
    CHECK(failed.verdict == Verdict::Fail);
    REQUIRE(failed.outcomes.size() == 1);
    CHECK(failed.outcomes[0].rule == "max-regression");
    CHECK(failed.outcomes[0].threads == 2);
    CHECK(failed.outcomes[0].value == Approx(0.9));
    CHECK(failed.outcomes[0].bound == Approx(0.95));
}

TEST_CASE("a loss that is sure but smaller than what is allowed does not fail") {
    CHECK(against_baseline(1.8, 1.76, 0.0005).verdict == Verdict::Pass);
    CHECK(against_baseline(1.8, 1.76, 0.0005, {.max_regression = 0.01}).verdict == Verdict::Fail);
}

TEST_CASE("more speed passes") { CHECK(against_baseline(1.6, 1.9, 0.01).verdict == Verdict::Pass); }

TEST_CASE("much noise: inconclusive, with the repeats that would tell") {
    const CheckResult result = against_baseline(1.8, 1.75, 0.1);
    CHECK(result.verdict == Verdict::Inconclusive);
    REQUIRE(result.outcomes[0].repeats_needed);
    CHECK(*result.outcomes[0].repeats_needed > 5);
}

TEST_CASE("a single run decides nothing") {
    Figures baseline = figures_of(1.8, 0), now = figures_of(0.9, 0);
    for (compare::TimedPoint& point : now.points) point.repeats_s.resize(1);
    const CheckResult result = check(now, &baseline, {});
    CHECK(result.verdict == Verdict::Inconclusive);
    CHECK(result.outcomes[0].reason.find("2 repeats") != std::string::npos);
}

TEST_CASE("speed-ups that are wanted, without a baseline") {
    const Figures now = figures_of(1.8, 0.005);
    CHECK(check(now, nullptr, {.min_speedup = {{2, 1.7}}}).verdict == Verdict::Pass);
    CHECK(check(now, nullptr, {.min_speedup = {{2, 1.9}}}).verdict == Verdict::Fail);
    CHECK(check(now, nullptr, {.min_speedup = {{2, 1.8}}}).verdict == Verdict::Inconclusive);
    const CheckResult missing = check(now, nullptr, {.min_speedup = {{4, 3}}});
    CHECK(missing.verdict == Verdict::Invalid);
    CHECK(missing.reasons.front() == "the recording has no runs at 4 threads");
}

TEST_CASE("weak scaling: the speed-up of the work") {
    Figures now = figures_of(0.95, 0.005);  // two threads take a little longer for twice the work
    now.scaling = "weak";
    CHECK(check(now, nullptr, {.min_speedup = {{2, 1.8}}}).verdict == Verdict::Pass);
}

TEST_CASE("losses that are allowed, by category, function and lock") {
    const Figures now = figures_of(1.8, 0.005);
    const auto verdict = [&](const char* name, double cores) {
        return check(now, nullptr, {.max_loss = {{name, cores}}}).verdict;
    };
    for (const char* name : {"lock_wait", "function:collect", "lock:list", "object:cache"}) {
        CHECK(verdict(name, 0.4) == Verdict::Pass);
        CHECK(verdict(name, 0.1) == Verdict::Fail);
        CHECK(verdict(name, 0.31) == Verdict::Inconclusive);
    }
    CHECK(verdict("function:gone", 0.1) == Verdict::Pass);
}

TEST_CASE("rules on losses are corrected for how many there are, like all others") {
    const Figures now = figures_of(1.8, 0.005);
    const auto verdict = [&](std::vector<compare::LossRule> rules) {
        return check(now, nullptr, {.max_loss = std::move(rules)}).outcomes[0].verdict;
    };
    CHECK(verdict({{"lock_wait", 0.22}}) == Verdict::Fail);
    CHECK(verdict({{"lock_wait", 0.22}, {"gc", 1}, {"gil", 1}, {"io", 1}}) == Verdict::Inconclusive);
}

TEST_CASE("several looks: each has to be the surer") {
    const Figures baseline = figures_of(1.8, 0.025), now = figures_of(1.62, 0.025);
    CHECK(check(now, &baseline, {}, 1).verdict == Verdict::Fail);
    CHECK(check(now, &baseline, {}, 100).verdict == Verdict::Inconclusive);
}

TEST_CASE("what grew is named, largest first") {
    Figures baseline = figures_of(1.8, 0.005), now = figures_of(1.6, 0.005);
    now.losses[0].functions = {{"slow", "app.py", 0.25, 0.01}, {"collect", "app.py", 0.31, 0.02}};
    const CheckResult result = check(now, &baseline, {});
    REQUIRE(result.grown.size() == 1);
    CHECK(result.grown[0].kind == std::string("function"));
    CHECK(result.grown[0].now.name == "slow");
    CHECK(result.grown[0].before_cores == 0);
}

TEST_CASE("what cannot be compared is refused, with every reason") {
    const Figures before = figures_of(1.8, 0.005);
    const auto reasons = [&](auto change) {
        Figures now = figures_of(1.8, 0.005);
        change(now);
        const CheckResult result = check(now, &before, {});
        CHECK((result.verdict == Verdict::Invalid) == !result.reasons.empty());
        return result.reasons.size();
    };
    CHECK(reasons([](Figures&) {}) == 0);
    CHECK(reasons([](Figures& now) { now.cpus = 4; }) == 1);
    CHECK(reasons([](Figures& now) { now.interpreter = "3.13.5t"; }) == 1);
    CHECK(reasons([](Figures& now) { now.gil_on = true; }) == 1);
    CHECK(reasons([](Figures& now) { now.scaling = "weak"; }) == 1);
    CHECK(reasons([](Figures& now) { now.region = "fit"; }) == 1);
    CHECK(reasons([](Figures& now) { now.baseline_threads = 2; }) == 1);
    CHECK(reasons([](Figures& now) { now.points.clear(); }) == 1);
    CHECK(reasons([](Figures& now) { now.points[1].threads = 3; }) == 1);
    CHECK(reasons([](Figures& now) { now.cpus = 4, now.gil_on = true; }) == 2);
}

TEST_CASE("the worst of all rules is the verdict") {
    const Figures now = figures_of(1.8, 0.005);
    CHECK(check(now, nullptr, {.min_speedup = {{2, 1.8}}, .max_loss = {{"lock_wait", 0.05}}}).verdict == Verdict::Fail);
    CHECK(check(now, nullptr, {.min_speedup = {{2, 1.8}}, .max_loss = {{"lock_wait", 0.4}}}).verdict ==
          Verdict::Inconclusive);
}

}  // namespace
}  // namespace ftscale::tests
