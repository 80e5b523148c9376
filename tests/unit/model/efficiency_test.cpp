// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/efficiency.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "support/catch.h"

using namespace ftscale::model;

namespace {

using Seconds = std::vector<double>;

ParallelTimes times_of(const Seconds& useful_s, int slots, double wall_s, double mechanics_s = 0) {
    return {slots, wall_s, std::accumulate(useful_s.begin(), useful_s.end(), 0.0), busiest_slot_s(useful_s, slots),
            mechanics_s};
}

}  // namespace

TEST_CASE("with as many threads as slots the busiest slot is the busiest thread") {
    CHECK(busiest_slot_s(Seconds{1, 3, 2}, 3) == 3);
    CHECK(busiest_slot_s(Seconds{2, 1}, 4) == 2);
    CHECK(busiest_slot_s(Seconds{}, 2) == 0);
}

TEST_CASE("more threads than slots share the slots") {
    SECTION("a pool for each of ten phases: even, whichever slot each thread had") {
        CHECK(busiest_slot_s(Seconds(40, 0.1), 4) == Approx(1));
    }
    SECTION("three threads that ran all the time on two CPUs") {
        CHECK(busiest_slot_s(Seconds{0.6, 0.6, 0.6}, 2) == Approx(0.9));
    }
    SECTION("no thread is in two slots at once") { CHECK(busiest_slot_s(Seconds{3, 0.1, 0.1}, 2) == 3); }
}

TEST_CASE("a perfect run has no factor below 1") {
    const auto efficiency = parallel_efficiency(times_of({2, 2}, 2, 2));
    REQUIRE(efficiency);
    CHECK(efficiency->parallel == 1);
    CHECK(efficiency->load_balance == 1);
    CHECK(efficiency->serialisation == 1);
    CHECK(efficiency->transfer == 1);
}

// main   ####............
// w 1    ....############
// w 2    ....############
TEST_CASE("a section that runs alone is serialisation, not imbalance") {
    const auto efficiency = parallel_efficiency(times_of({1, 3, 3}, 2, 4));
    REQUIRE(efficiency);
    CHECK(efficiency->load_balance == 1);
    CHECK(efficiency->serialisation == Approx(3.5 / 4));
    CHECK(efficiency->transfer == 1);
}

TEST_CASE("a worker with twice the work is imbalance") {
    const auto efficiency = parallel_efficiency(times_of({4, 2}, 2, 4));
    REQUIRE(efficiency);
    CHECK(efficiency->load_balance == Approx(0.75));
    CHECK(efficiency->serialisation == 1);
    CHECK(efficiency->transfer == 1);
}

TEST_CASE("spinning and waiting for a CPU are transfer, waiting for one another is serialisation") {
    // Each computes 2 s of 4; of the rest each spins half.
    const auto efficiency = parallel_efficiency(times_of({2, 2}, 2, 4, 2));
    REQUIRE(efficiency);
    CHECK(efficiency->transfer == Approx(0.75));
    CHECK(efficiency->serialisation == Approx(2.0 / 3));
}

TEST_CASE("no saving on synchronisation makes a run shorter than its busiest thread computes") {
    // One computes all the time, the other spins: it was given no work.
    const auto efficiency = parallel_efficiency(times_of({4, 0}, 2, 4, 4));
    REQUIRE(efficiency);
    CHECK(efficiency->load_balance == Approx(0.5));
    CHECK(efficiency->serialisation == 1);
    CHECK(efficiency->transfer == 1);
}

TEST_CASE("where nothing was computed there is no efficiency") {
    CHECK_FALSE(parallel_efficiency(times_of({}, 2, 4)));
    CHECK_FALSE(parallel_efficiency(times_of({1}, 2, 0)));
    CHECK_FALSE(computation_efficiency({0, {}, {}}, {1, {}, {}}, 1));
    CHECK_FALSE(computation_efficiency({1, {}, {}}, {0, {}, {}}, 1));
}

// Any run whose threads never take more than their slots: each thread computes and spins no longer than the run, all
// together no longer than the slots.
TEST_CASE("the parallel efficiencies multiply exactly and stay between 0 and 1") {
    std::mt19937 random(4);
    std::uniform_real_distribution<double> share(0, 1);
    for (int round = 0; round < 2000; ++round) {
        const int slots = 1 + static_cast<int>(random() % 16);
        const double wall_s = 0.01 + 10 * share(random);
        Seconds useful_s(1 + random() % 40);
        double mechanics_s = 0;
        for (double& seconds : useful_s) {
            seconds = wall_s * share(random);
            mechanics_s += (wall_s - seconds) * share(random);
        }
        const double sum = std::accumulate(useful_s.begin(), useful_s.end(), 0.0);
        const double fit = std::min(1.0, slots * wall_s / (sum + mechanics_s));
        for (double& seconds : useful_s) seconds *= fit;
        const auto efficiency = parallel_efficiency(times_of(useful_s, slots, wall_s, fit * mechanics_s));
        REQUIRE(efficiency);
        CHECK(efficiency->load_balance * efficiency->serialisation * efficiency->transfer ==
              Approx(efficiency->parallel).epsilon(1e-12));
        CHECK(efficiency->parallel == Approx(fit * sum / (slots * wall_s)).epsilon(1e-12));
        for (const double factor : {efficiency->load_balance, efficiency->serialisation, efficiency->transfer}) {
            CHECK(factor > 0);
            CHECK(factor <= 1 + 1e-12);
        }
    }
}

TEST_CASE("computation splits into instructions, IPC and clock") {
    const Computation before{2, 8e9, 4e9};  // IPC 2 at 2 GHz
    SECTION("retries: twice the instructions at the same pace") {
        const auto efficiency = computation_efficiency({4, 16e9, 8e9}, before, 1);
        REQUIRE(efficiency);
        CHECK(efficiency->computation == Approx(0.5));
        CHECK(*efficiency->instructions == Approx(0.5));
        CHECK(*efficiency->ipc == Approx(1));
        CHECK(*efficiency->clock == Approx(1));
    }
    SECTION("half the clock") {
        const auto efficiency = computation_efficiency({4, 8e9, 4e9}, before, 1);
        REQUIRE(efficiency);
        CHECK(*efficiency->clock == Approx(0.5));
        CHECK(*efficiency->ipc == Approx(1));
    }
    SECTION("weak scaling: four times the work is no loss") {
        const auto efficiency = computation_efficiency({8, 32e9, 16e9}, before, 4);
        REQUIRE(efficiency);
        CHECK(efficiency->computation == 1);
        CHECK(*efficiency->instructions == 1);
    }
    SECTION("without counts on either side the factors are absent") {
        for (const Computation& now : {Computation{4, {}, {}}, Computation{4, 8e9, {}}, Computation{4, 8e9, 0.0}}) {
            const auto efficiency = computation_efficiency(now, before, 1);
            REQUIRE(efficiency);
            CHECK(efficiency->computation == Approx(0.5));
            CHECK_FALSE(efficiency->instructions);
            CHECK_FALSE(efficiency->ipc);
            CHECK_FALSE(efficiency->clock);
        }
        CHECK_FALSE(computation_efficiency(before, {2, {}, 4e9}, 1)->ipc);
    }
}

TEST_CASE("the factors of computation multiply exactly") {
    std::mt19937 random(5);
    std::uniform_real_distribution<double> some(0.1, 10);
    for (int round = 0; round < 1000; ++round) {
        const Computation now{some(random), 1e9 * some(random), 1e9 * some(random)};
        const Computation before{some(random), 1e9 * some(random), 1e9 * some(random)};
        const auto efficiency = computation_efficiency(now, before, some(random));
        REQUIRE(efficiency);
        CHECK(*efficiency->instructions * *efficiency->ipc * *efficiency->clock ==
              Approx(efficiency->computation).epsilon(1e-12));
    }
}
