// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/sweep_plan.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "support/catch.h"

namespace ftscale::launch {
namespace {

std::vector<int> threads_of(const std::vector<PlannedRun>& plan, std::size_t begin, std::size_t count) {
    std::vector<int> threads;
    for (std::size_t i = begin; i < begin + count; ++i) threads.push_back(plan.at(i).threads);
    return threads;
}

TEST_CASE("a sweep visits every thread count once per round") {
    const auto plan = plan_sweep({1, 2, 4, 8}, 5, 0, 42);
    REQUIRE(plan.size() == 20);
    for (int round = 0; round < 5; ++round) {
        auto threads = threads_of(plan, 4 * static_cast<std::size_t>(round), 4);
        std::sort(threads.begin(), threads.end());
        CHECK(threads == std::vector<int>{1, 2, 4, 8});
        for (std::size_t i = 0; i < 4; ++i) {
            CHECK(plan[4 * static_cast<std::size_t>(round) + i].repeat == round);
            CHECK_FALSE(plan[4 * static_cast<std::size_t>(round) + i].warmup);
        }
    }
}

TEST_CASE("the rounds of a sweep differ in their order") {
    const auto plan = plan_sweep({1, 2, 4, 8}, 10, 0, 1);
    std::set<std::vector<int>> orders;
    for (std::size_t round = 0; round < 10; ++round) orders.insert(threads_of(plan, 4 * round, 4));
    CHECK(orders.size() > 1);
}

TEST_CASE("warm-ups come first, at the largest thread count") {
    const auto plan = plan_sweep({1, 4, 2}, 1, 2, 7);
    REQUIRE(plan.size() == 5);
    CHECK(plan[0] == PlannedRun{4, 0, true});
    CHECK(plan[1] == PlannedRun{4, 1, true});
    for (std::size_t i = 2; i < 5; ++i) CHECK_FALSE(plan[i].warmup);
}

TEST_CASE("the seed decides the order") {
    const std::vector<int> threads{1, 2, 3, 4, 5, 6, 7, 8};
    CHECK(plan_sweep(threads, 3, 1, 99) == plan_sweep(threads, 3, 1, 99));
    CHECK(plan_sweep(threads, 3, 1, 99) != plan_sweep(threads, 3, 1, 100));
    // The same on every platform and in every version: a recorded seed has to mean something.
    CHECK(threads_of(plan_sweep({1, 2, 3, 4}, 1, 0, 1), 0, 4) == std::vector<int>{2, 3, 4, 1});
}

TEST_CASE("controls visit every thread count in every round, strewn among the ordinary runs") {
    const auto plan = plan_sweep({1, 2}, 10, 1, 5, {{"gil", "processes"}, false});
    REQUIRE(plan.size() == 1 + 10 * 6);
    CHECK((plan[0].warmup && plan[0].control.empty()));
    std::set<std::string> first_of_round;
    for (int round = 0; round < 10; ++round) {
        std::multiset<std::pair<std::string, int>> seen;
        for (std::size_t i = 0; i < 6; ++i) {
            const PlannedRun& run = plan[1 + 6 * static_cast<std::size_t>(round) + i];
            CHECK((run.repeat == round && !run.warmup && run.has_probe));
            seen.emplace(run.control, run.threads);
            if (i == 0) first_of_round.insert(run.control);
        }
        CHECK(seen == std::multiset<std::pair<std::string, int>>{
                          {"", 1}, {"", 2}, {"gil", 1}, {"gil", 2}, {"processes", 1}, {"processes", 2}});
    }
    CHECK(first_of_round.size() > 1);
}

TEST_CASE("a run and its twin without the probe stand next to each other and take turns") {
    const auto plan = plan_sweep({1, 2, 4}, 2, 1, 3, {{"gil"}, true});
    REQUIRE(plan.size() == 1 + 2 * (3 * 2 + 3));
    CHECK(plan[0].has_probe);
    int twins = 0;
    for (std::size_t i = 1; i < plan.size(); ++i) {
        if (plan[i].has_probe) continue;
        ++twins;
        CHECK(plan[i].control.empty());
        PlannedRun twin = plan[i];
        twin.has_probe = true;
        CHECK(plan.at(plan[i].repeat == 0 ? i - 1 : i + 1) == twin);
    }
    CHECK(twins == 6);
}

TEST_CASE("the order of ordinary runs does not depend on twins") {
    auto with_twins = plan_sweep({1, 2, 3, 4}, 3, 1, 11, {{}, true});
    std::erase_if(with_twins, [](const PlannedRun& run) { return !run.has_probe; });
    CHECK(with_twins == plan_sweep({1, 2, 3, 4}, 3, 1, 11));
}

TEST_CASE("nothing to run is an empty plan") { CHECK(plan_sweep({}, 3, 1, 0).empty()); }

TEST_CASE("automatic thread counts are the powers of two and the number of cores") {
    CHECK(auto_thread_counts(1) == std::vector<int>{1});
    CHECK(auto_thread_counts(2) == std::vector<int>{1, 2});
    CHECK(auto_thread_counts(6) == std::vector<int>{1, 2, 4, 6});
    CHECK(auto_thread_counts(8) == std::vector<int>{1, 2, 4, 8});
    CHECK(auto_thread_counts(0) == std::vector<int>{1});
}

TEST_CASE("thread counts are read in any order") {
    CHECK(parse_thread_counts("1,2,4", 8) == std::vector<int>{1, 2, 4});
    CHECK(parse_thread_counts("8,1", 8) == std::vector<int>{1, 8});
    CHECK(parse_thread_counts("64", 2) == std::vector<int>{64});
    CHECK(parse_thread_counts("auto", 3) == std::vector<int>{1, 2, 3});
}

TEST_CASE("thread counts that make no sense are usage errors that name the culprit") {
    const auto message_of = [](const std::string& text) {
        try {
            parse_thread_counts(text, 8);
        } catch (const base::Error& error) {
            CHECK(error.code() == base::ExitCode::Usage);
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    CHECK(message_of("0") == "--threads: 0 is not between 1 and 4096");
    CHECK(message_of("-1") == "--threads: -1 is not between 1 and 4096");
    CHECK(message_of("4097") == "--threads: 4097 is not between 1 and 4096");
    CHECK(message_of("99999999999999999999") == "--threads: 99999999999999999999 is not between 1 and 4096");
    CHECK(message_of("x") == "--threads: 'x' is not a whole number");
    CHECK(message_of("1.5") == "--threads: '1.5' is not a whole number");
    CHECK(message_of("2x") == "--threads: '2x' is not a whole number");
    CHECK(message_of(" 2") == "--threads: ' 2' is not a whole number");
    CHECK(message_of("1,auto") == "--threads: 'auto' is not a whole number");
    CHECK(message_of("") == "--threads: a thread count is missing");
    CHECK(message_of("1,,2") == "--threads: a thread count is missing");
    CHECK(message_of("1,") == "--threads: a thread count is missing");
    CHECK(message_of("1,2,1") == "--threads: 1 is named twice");
}

}  // namespace
}  // namespace ftscale::launch
