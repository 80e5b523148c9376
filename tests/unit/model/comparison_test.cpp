// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/comparison.h"

#include <cmath>
#include <vector>

#include "model/ranks.h"
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

TimedRuns runs_of(const Sweep& sweep) { return {sweep.single_s, sweep.times_s}; }

LogEstimate change_of(const Sweep& now, const Sweep& before) { return *log_change(runs_of(now), runs_of(before)); }

std::optional<LogEstimate> speedup_of(const Values& single_s, const Values& times_s) {
    return log_speedup({single_s, times_s});
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
    CHECK(speedup_of(single, disturbed)->mean == Approx(speedup_of(single, quiet)->mean));
    CHECK(speedup_of(single, disturbed)->standard_error == Approx(speedup_of(single, quiet)->standard_error));
    CHECK(speedup_of(single, quiet)->value() == Approx(2.01 / 1.01).epsilon(0.001));
}

TEST_CASE("the order of runs does not matter, nor that there are as many of both") {
    const auto speedup = speedup_of(Values{2.02, 2.2, 2, 2.3}, Values{1.1, 1});
    REQUIRE(speedup);
    CHECK(speedup->value() == Approx(std::cbrt(2.02 * 2.2 * 2) / std::sqrt(1.1)));
    CHECK(speedup->degrees_of_freedom > 0.9);
}

TEST_CASE("nothing can be said of one run, or of times that are none") {
    CHECK_FALSE(speedup_of(Values{1}, Values{1, 2}));
    CHECK_FALSE(speedup_of(Values{1, 2}, Values{1}));
    CHECK_FALSE(speedup_of(Values{1, 0}, Values{1, 1}));
    CHECK_FALSE(speedup_of(Values{1, NAN}, Values{1, 1}));
}

TEST_CASE("the same share of the runs decides in both recordings") {
    // Every other run at two threads is slower: of three runs all decide, so of forty all have to.
    Sweep few, many;
    for (int i = 0; i < 40; ++i)
        for (Sweep* sweep : {&few, &many}) {
            if (sweep == &few && i >= 4) continue;
            sweep->single_s.push_back(2 + 0.001 * (i % 3));
            sweep->times_s.push_back((i % 2 == 0 ? 1 : 1.2) + 0.001 * (i % 3));
        }
    CHECK(change_of(few, many).value() == Approx(1).epsilon(0.02));
}

TEST_CASE("a sweep is not told better than sweeps differ") {
    const Values single{2, 2, 2, 2, 2}, times{1, 1, 1, 1, 1};
    const TimedRuns runs{single, times};
    CHECK(log_speedup(runs)->error() == Approx(kLeastSpeedupError));
    CHECK(log_change(runs, runs)->error() == Approx(std::sqrt(2) * kLeastSpeedupError));
    CHECK(log_change(runs, runs)->interval(0.95).first < 0.98);
}

TEST_CASE("runs that resemble those before them say less") {
    Values in_turn, in_bouts;
    for (int i = 0; i < 40; ++i) {
        in_turn.push_back(i % 2 == 0 ? 1 : 1.01);
        in_bouts.push_back(i / 10 % 2 == 0 ? 1 : 1.01);
    }
    const Values single(40, 2.0);
    CHECK(speedup_of(single, in_bouts)->mean == Approx(speedup_of(single, in_turn)->mean));
    Values slower_in_turn, slower_in_bouts;  // so that the faster ones differ, too
    for (int i = 0; i < 40; ++i) {
        slower_in_turn.push_back(1 + 0.001 * (i % 20) + (i % 2 == 0 ? 0 : 0.05));
        slower_in_bouts.push_back(1 + 0.001 * (i / 2) + (i < 20 ? 0 : 0.05));
    }
    CHECK(speedup_of(single, slower_in_bouts)->standard_error >
          1.5 * speedup_of(single, slower_in_turn)->standard_error);
    CHECK(speedup_of(single, slower_in_bouts)->degrees_of_freedom <
          speedup_of(single, slower_in_turn)->degrees_of_freedom);
}

TEST_CASE("the order of all rounds is asked for where there are few") {
    const Values single(10, 2.0), fast(10, 1.0), slow(10, 1.2), five(5, 2.0), five_slow(5, 1.2);
    CHECK(rounds_p_below({single, slow}, {single, fast}) == Approx(1 / 184756.0));
    CHECK(rounds_p_below({five, five_slow}, {single, fast}) == Approx(1 / 3003.0));
    CHECK(rounds_p_below({single, fast}, {single, fast}) == 1);  // ties speak for chance
    CHECK(rounds_p_below({five, five_slow}, 1.7) == Approx(1 / 32.0));
    CHECK(rounds_p_below({five, five_slow}, 1.6) == 1);
    const Values many(20, 2.0), many_times(20, 1.0);
    CHECK(rounds_p_below({many, many_times}, {many, many_times}) == 0);  // nothing is asked
    CHECK(rounds_p_below({many, many_times}, 1.0) == 0);
}

TEST_CASE("exact tests of order") {
    Values ten, others;
    for (int i = 0; i < 10; ++i) ten.push_back(i), others.push_back(i + 6.5);
    CHECK(rank_sum_p(ten, others) < 0.01);
    CHECK(least_rank_sum_p(5, 5) == Approx(1 / 252.0));
    CHECK(least_rank_sum_p(3, 40) == Approx(1 / 12341.0));
    CHECK(rank_sum_p(Values{1, 2, 3}, Values{4, 5, 6}) == Approx(1 / 20.0));
    CHECK(rank_sum_p(Values{1, 2, 4}, Values{3, 5, 6}) == Approx(2 / 20.0));
    CHECK(rank_sum_p(Values{1, 2, 5}, Values{3, 4, 6}) == Approx(4 / 20.0));
    CHECK(rank_sum_p(Values{4, 5, 6}, Values{1, 2, 3}) == 1);
    CHECK(sign_p(Values{1, 1, 1, 3}, 2) == Approx(5 / 16.0));
    CHECK(least_sign_p(7) == Approx(1 / 128.0));
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
    const LogEstimate pilot = change_of(sweep(noise, 200, 1.8, 0.07, false), sweep(noise, 200, 1.8, 0.07, false));
    const int needed = repeats_to_tell(pilot, 200, -std::log(0.9), 0.01, 0.9);
    CHECK(needed > 20);
    CHECK(needed < 40);
    int told = 0;
    for (int i = 0; i < 1000; ++i)
        told += change_of(sweep(noise, needed, 1.62, 0.07, false), sweep(noise, needed, 1.8, 0.07, false)).p_below(1) <
                0.01;
    INFO(needed << " repeats tell it in " << told << " of 1000");
    CHECK(told >= 850);
    CHECK(told <= 990);
    CHECK(repeats_to_tell({0, 1, 4}, 5, 0.001, 0.01, 0.9) == 1000);
    CHECK(repeats_to_tell({0, 0.001, 4, 0.05}, 5, 0.1, 0.01, 0.9) == 1000);  // what no number of repeats tells
    CHECK(repeats_to_tell({0, 0, 4}, 5, 0.1, 0.01, 0.9) == 2);
}
