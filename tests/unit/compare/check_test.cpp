// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/check.h"

#include <iterator>

#include "support/catch.h"

namespace ftscale::tests {
namespace {

using compare::check;
using compare::CheckResult;
using compare::Figures;
using compare::Rules;
using compare::Verdict;

constexpr double kSteps[] = {-1, 0.5, 0, -0.5, 1};

/// Runs each at one thread and at two, ten unless told otherwise; `wobble` is how far they lie apart.
Figures figures_of(double speedup, double wobble, int repeats = 10) {
    Figures figures;
    figures.interpreter = "3.14.1t";
    figures.cpus = 2;
    figures.scaling = "strong";
    for (const int threads : {1, 2}) {
        compare::TimedPoint point{threads, {}};
        const double time_s = threads == 1 ? 4 : 4 / speedup;
        const double sign = threads == 1 ? 1 : -1;  // the pairs do not share it
        for (int i = 0; i < repeats; ++i)
            point.repeats_s.push_back(time_s * (1 + sign * wobble * kSteps[i % std::size(kSteps)]));
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

CheckResult against_baseline(double before, double after, double wobble, const Rules& rules = {}, int repeats = 10) {
    const Figures baseline = figures_of(before, wobble, repeats), now = figures_of(after, wobble, repeats);
    return check(now, &baseline, rules);
}

Figures shortened(Figures figures, double factor) {
    for (compare::TimedPoint& point : figures.points)
        for (double& time_s : point.repeats_s) time_s *= factor;
    return figures;
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

TEST_CASE("a loss that is smaller than what is allowed does not fail") {
    CHECK(against_baseline(1.8, 1.77, 0.0005).verdict == Verdict::Pass);
    CHECK(against_baseline(1.8, 1.73, 0.0005).verdict == Verdict::Inconclusive);
}

TEST_CASE("what differs from sweep to sweep is not told, however little the runs differ") {
    const CheckResult result = against_baseline(1.8, 1.77, 0.0005, {.max_regression = 0.01});
    CHECK(result.verdict == Verdict::Inconclusive);
    CHECK(result.outcomes[0].repeats_needed == 1000);
}

TEST_CASE("the verdict is where the interval lies: beyond the limit, short of it or over it") {
    // Of sweeps of one script one failed with 0.92 (95 %: 0.87 to 0.98) where 0.95 was wanted.
    const CheckResult held = against_baseline(1.8, 1.656, 0.035);
    REQUIRE(held.outcomes[0].interval95);
    CHECK(held.outcomes[0].interval95->first < 0.95);
    CHECK(held.outcomes[0].interval95->second > 0.95);
    CHECK(held.verdict == Verdict::Inconclusive);
    for (const double wobble : {0.002, 0.01, 0.03, 0.06})
        for (double after = 1.4; after < 2; after += 0.02)
            for (const int repeats : {3, 5, 10, 40}) {
                const Rules rules{.min_speedup = {{2, 1.7}}, .max_loss = {{"lock_wait", after - 1.4}}};
                for (const compare::Outcome& outcome : against_baseline(1.8, after, wobble, rules, repeats).outcomes) {
                    INFO(outcome.rule << " " << after << ", wobble " << wobble << ", " << repeats << " repeats");
                    const bool is_loss = outcome.rule == "max-loss";
                    const auto [low, high] = *outcome.interval95;
                    if (outcome.verdict == Verdict::Fail) CHECK((is_loss ? low > outcome.bound : high < outcome.bound));
                    if (outcome.verdict == Verdict::Pass) CHECK((is_loss ? high < outcome.bound : low > outcome.bound));
                }
            }
}

TEST_CASE("few repeats do not rule chance out, whatever the figure: how many do is said") {
    const CheckResult three = against_baseline(1.8, 1.2, 0.005, {}, 3);
    CHECK(three.verdict == Verdict::Inconclusive);
    CHECK(three.outcomes[0].has_too_few_runs);
    CHECK(three.outcomes[0].repeats_needed == 5);
    CHECK(against_baseline(1.8, 1.2, 0.005, {}, 5).verdict == Verdict::Fail);
    const Rules wanted{.min_speedup = {{2, 1.7}}};
    const CheckResult six = check(figures_of(1.2, 0.005, 6), nullptr, wanted);
    CHECK(six.verdict == Verdict::Inconclusive);
    CHECK(six.outcomes[0].repeats_needed == 7);
    CHECK(check(figures_of(1.2, 0.005, 7), nullptr, wanted).verdict == Verdict::Fail);
    const CheckResult loss = check(figures_of(1.2, 0.005, 1), nullptr, {.max_loss = {{"function:collect", 0.01}}});
    CHECK(loss.verdict == Verdict::Inconclusive);
    CHECK(loss.outcomes[0].repeats_needed == 7);
    const CheckResult several = check(figures_of(1.2, 0.005, 7), nullptr, wanted, 3);  // looks
    CHECK(several.verdict == Verdict::Inconclusive);
    CHECK(several.outcomes[0].repeats_needed == 9);
}

TEST_CASE("runs that fast and slow alternate in by chance: five that are all slow are no loss") {
    Figures baseline = figures_of(1.8, 0.005, 40), now = figures_of(1.8, 0.005, 5);
    for (std::size_t i = 0; i < 40; ++i)
        if (i % 4 != 0) baseline.points[1].repeats_s[i] *= 1.3;
    for (double& time_s : now.points[1].repeats_s) time_s *= 1.3;
    CHECK(check(now, &baseline, {}).verdict == Verdict::Inconclusive);
}

TEST_CASE("what was over too soon to be anything but one mood of the machine does not fail") {
    const Figures baseline = shortened(figures_of(1.8, 0.005), 0.05), now = shortened(figures_of(1.2, 0.005), 0.05);
    for (const Rules& rules : {Rules{}, Rules{.min_speedup = {{2, 1.7}}}, Rules{.max_loss = {{"lock_wait", 0.1}}}}) {
        const CheckResult result = check(now, rules.has_absolute() ? nullptr : &baseline, rules);
        CHECK(result.verdict == Verdict::Inconclusive);
        CHECK(result.outcomes[0].has_too_few_runs);
        CHECK(*result.outcomes[0].repeats_needed > 40);  // of 0.3 s both
        CHECK(*result.outcomes[0].repeats_needed < 55);
        CHECK(result.outcomes[0].has_short_baseline == !rules.has_absolute());
    }
    CHECK(check(baseline, &baseline, {}).verdict == Verdict::Pass);
}

TEST_CASE("what no bout of others explains fails in a short sweep, too") {
    const Figures baseline = shortened(figures_of(1.8, 0.005), 0.05);
    CHECK(check(shortened(figures_of(0.8, 0.005), 0.05), &baseline, {}).verdict == Verdict::Fail);
    CHECK(check(shortened(figures_of(0.9, 0.005), 0.05), &baseline, {}).verdict == Verdict::Inconclusive);
    CHECK(check(shortened(figures_of(0.8, 0.005), 0.05), nullptr, Rules{.min_speedup = {{2, 1.7}}}).verdict ==
          Verdict::Fail);
}

TEST_CASE("what others could not have done fails although they used the CPUs") {
    const auto verdict = [](double speedup) {
        Figures now = figures_of(speedup, 0.005);
        now.points.back().is_disturbed = true;
        const Figures baseline = figures_of(1.8, 0.005);
        return check(now, &baseline, {}).verdict;
    };
    CHECK(verdict(1.2) == Verdict::Inconclusive);
    CHECK(verdict(0.8) == Verdict::Fail);
}

TEST_CASE("a short baseline asks for a longer one, a short sweep for more repeats") {
    const Figures long_one = figures_of(1.8, 0.005), lossy = figures_of(1.2, 0.005);
    const auto outcome = [](const Figures& now, const Figures& baseline) {
        return check(now, &baseline, {}).outcomes[0];
    };
    CHECK(outcome(lossy, shortened(long_one, 0.05)).has_short_baseline);
    const auto short_now = outcome(shortened(lossy, 0.05), long_one);
    CHECK(short_now.has_too_few_runs);
    CHECK_FALSE(short_now.has_short_baseline);
}

TEST_CASE("more speed passes") { CHECK(against_baseline(1.6, 1.9, 0.01).verdict == Verdict::Pass); }

TEST_CASE("much noise: inconclusive, with the repeats that would tell") {
    const CheckResult result = against_baseline(1.8, 1.75, 0.1);
    CHECK(result.verdict == Verdict::Inconclusive);
    REQUIRE(result.outcomes[0].repeats_needed);
    CHECK(*result.outcomes[0].repeats_needed > 5);
}

TEST_CASE("a single run decides nothing; more help where it is not the baseline's") {
    const Figures many = figures_of(1.8, 0), one = figures_of(0.9, 0, 1);
    const CheckResult result = check(one, &many, {});
    CHECK(result.verdict == Verdict::Inconclusive);
    CHECK(result.outcomes[0].reason.find("2 repeats") != std::string::npos);
    CHECK(result.outcomes[0].repeats_needed == 2);
    CHECK_FALSE(check(many, &one, {}).outcomes[0].repeats_needed);
    CHECK(check(one, nullptr, {.min_speedup = {{2, 1.7}}}).outcomes[0].repeats_needed == 2);
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

TEST_CASE("what other programs may have broken is inconclusive") {
    const Figures baseline = figures_of(1.8, 0.005);
    for (const int threads : {1, 2}) {
        Figures now = figures_of(1.2, 0.005);
        CHECK(check(now, &baseline, {.min_speedup = {{2, 1.7}}}).verdict == Verdict::Fail);
        for (compare::TimedPoint& point : now.points) point.is_disturbed = point.threads == threads;
        const CheckResult result = check(now, &baseline, {.min_speedup = {{2, 1.7}}, .max_loss = {{"lock_wait", 0.1}}});
        CHECK(result.verdict == Verdict::Inconclusive);
        for (const compare::Outcome& outcome : result.outcomes) CHECK(outcome.is_disturbed);
        CHECK(compare::parse_figures(compare::to_json(now)).is_disturbed_at(2));
    }
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
    CHECK(verdict({{"lock_wait", 0.15}}) == Verdict::Fail);
    CHECK(verdict({{"lock_wait", 0.15}, {"gc", 1}, {"gil", 1}, {"io", 1}}) == Verdict::Inconclusive);
}

TEST_CASE("several looks: each has to be the surer") {
    const Figures baseline = figures_of(1.8, 0.02, 5), now = figures_of(1.5, 0.02, 5);
    CHECK(check(now, &baseline, {}, 1).verdict == Verdict::Fail);
    CHECK(check(now, &baseline, {}, 4).verdict == Verdict::Inconclusive);
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
