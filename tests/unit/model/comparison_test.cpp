// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/comparison.h"

#include <cmath>
#include <vector>

#include "noisy_curves.h"
#include "support/catch.h"

using namespace ftscale::model;

using Values = std::vector<double>;

namespace {

struct Sweep {
    Values single_s, times_s;
};

/// Times of a sweep whose speed-up is `speedup`, with noise of `deviation` and, every third time, a run a fifth slower.
Sweep sweep(Noise& noise, int repeats, double speedup, double deviation, bool outliers) {
    Sweep made;
    for (int i = 0; i < repeats; ++i)
        for (Values* times : {&made.single_s, &made.times_s}) {
            const double disturbed = outliers && noise.one_in(3) ? 1.2 : 1;
            const double ideal = times == &made.single_s ? speedup : 1;
            times->push_back(ideal * disturbed * std::exp(deviation * noise.next()));
        }
    return made;
}

LogEstimate change_of(const Sweep& now, const Sweep& before) {
    return ratio_of(*log_speedup(now.single_s, now.times_s), *log_speedup(before.single_s, before.times_s));
}

}  // namespace

TEST_CASE("Student's tail is the quantile's inverse") {
    CHECK(student_t_tail(0, 3) == Approx(0.5));
    CHECK(student_t_tail(3.182446305284263, 3) == Approx(0.025));
    CHECK(student_t_tail(-3.182446305284263, 3) == Approx(0.975));
    CHECK(student_t_tail(1, 1) == Approx(0.25));
    CHECK(std::isnan(student_t_tail(1, 0)));
}

TEST_CASE("the fastest quarter decides, three runs at least") {
    CHECK(fastest_runs(2) == 2);
    CHECK(fastest_runs(3) == 3);
    CHECK(fastest_runs(8) == 3);
    CHECK(fastest_runs(12) == 3);
    CHECK(fastest_runs(13) == 4);
    CHECK(fastest_runs(40) == 10);
}

TEST_CASE("what slows half of the runs down changes nothing") {
    const Values single{2.0, 2.01, 2.02, 2.03, 2.04, 2.05}, quiet{1.0, 1.01, 1.02, 1.03, 1.04, 1.05};
    const Values disturbed{1.0, 1.01, 1.02, 1.03, 1.5, 7};
    CHECK(log_speedup(single, disturbed)->mean == Approx(log_speedup(single, quiet)->mean));
    CHECK(log_speedup(single, disturbed)->standard_error == Approx(log_speedup(single, quiet)->standard_error));
    CHECK(log_speedup(single, quiet)->value() == Approx(2.01 / 1.01).epsilon(0.001));
}

TEST_CASE("the order of runs does not matter, nor that there are as many of both") {
    const auto speedup = log_speedup(Values{2.02, 2.2, 2, 2.3}, Values{1.1, 1});
    REQUIRE(speedup);
    CHECK(speedup->value() == Approx(std::cbrt(2.02 * 2.2 * 2) / std::sqrt(1.1)));
    CHECK(speedup->degrees_of_freedom > 0.9);
}

TEST_CASE("nothing can be said of one run, or of times that are none") {
    CHECK_FALSE(log_speedup(Values{1}, Values{1, 2}));
    CHECK_FALSE(log_speedup(Values{1, 2}, Values{1}));
    CHECK_FALSE(log_speedup(Values{1, 0}, Values{1, 1}));
    CHECK_FALSE(log_speedup(Values{1, NAN}, Values{1, 1}));
}

TEST_CASE("without noise every change is sure, and none is none") {
    const LogEstimate half{std::log(0.5), 0, 4};
    CHECK(half.p_below(1) == 0);
    CHECK(half.p_above(1) == 1);
    CHECK(half.p_below(0.5) == 1);
    CHECK(half.interval(0.95).first == Approx(0.5));
}

TEST_CASE("interval and p-value say the same") {
    const LogEstimate change{std::log(0.9), 0.03, 8};
    const double upper = change.interval(0.98).second;
    CHECK(change.p_below(upper) == Approx(0.01));
    CHECK(change.p_above(change.interval(0.98).first) == Approx(0.01));
}

TEST_CASE("Holm's adjusted p-values") {
    const auto adjusted = holm_adjusted(Values{0.01, 0.04, 0.03, 0.005});
    CHECK(adjusted[3] == Approx(0.02));
    CHECK(adjusted[0] == Approx(0.03));
    CHECK(adjusted[2] == Approx(0.06));
    CHECK(adjusted[1] == Approx(0.06));
    CHECK(holm_adjusted(Values{0.9, 0.8})[0] == 1);
    CHECK(holm_adjusted(Values{}).empty());
}

TEST_CASE("equal sweeps are told apart no more often than the level allows") {
    // 4000 comparisons: 1 % of them is 40 +- 6.3. Outliers make the test shyer, not bolder.
    for (const int repeats : {3, 5, 10})
        for (const bool outliers : {false, true}) {
            Noise noise(1);
            int alarms = 0;
            for (int i = 0; i < 4000; ++i)
                alarms +=
                    change_of(sweep(noise, repeats, 1.8, 0.03, outliers), sweep(noise, repeats, 1.8, 0.03, outliers))
                        .p_below(1) < 0.01;
            INFO(repeats << " repeats, outliers " << outliers << ": " << alarms << " alarms");
            CHECK(alarms <= 40 + 3 * 6.3);
        }
}

TEST_CASE("intervals cover the truth as often as they say") {
    for (const int repeats : {3, 5, 10}) {
        Noise noise(2);
        int covered = 0;
        for (int i = 0; i < 2000; ++i) {
            const Interval ends =
                change_of(sweep(noise, repeats, 1.62, 0.03, false), sweep(noise, repeats, 1.8, 0.03, false))
                    .interval(0.95);
            covered += ends.first <= 0.9 && 0.9 <= ends.second;
        }
        INFO(repeats << " repeats: " << covered << " of 2000");
        CHECK(covered >= 0.93 * 2000);
        CHECK(covered <= 0.985 * 2000);  // Welch's degrees are cautious for few repeats
    }
}

TEST_CASE("the repeats that are asked for tell the change as often as promised") {
    Noise noise(3);
    const LogEstimate pilot = change_of(sweep(noise, 200, 1.8, 0.05, false), sweep(noise, 200, 1.8, 0.05, false));
    const int needed = repeats_to_tell(pilot, 200, 0.1, 0.01, 0.9);
    CHECK(needed > 5);
    CHECK(needed < 40);
    int told = 0;
    for (int i = 0; i < 1000; ++i)
        told += change_of(sweep(noise, needed, 1.62, 0.05, false), sweep(noise, needed, 1.8, 0.05, false)).p_below(1) <
                0.01;
    INFO(needed << " repeats tell it in " << told << " of 1000");
    CHECK(told >= 850);
    CHECK(told <= 990);
    CHECK(repeats_to_tell({0, 1, 4}, 5, 0.001, 0.01, 0.9) == 1000);
    CHECK(repeats_to_tell({0, 0, 4}, 5, 0.1, 0.01, 0.9) == 2);
}
