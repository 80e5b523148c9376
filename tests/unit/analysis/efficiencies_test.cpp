// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/efficiencies.h"

#include <deque>

#include "analysed.h"
#include "support/catch.h"

namespace ftscale {
namespace {

using account::Category;
using account::Ledger;
using analysis::Measurement;
using analysis::RegionResult;

/// Runs whose ledgers are told by what each thread did, and their results as far as the efficiencies read them.
class Sweep {
  public:
    Sweep() { measurement.counters = {{"instructions", "instructions", false, 1}, {"cycles", "cycles", false, 1}}; }

    Ledger& run(int threads, double wall_s) {
        facts_.emplace_back().threads = threads;
        measured_.push_back({&facts_.back(), {}});
        Ledger& ledger = measured_.back().ledger;
        ledger.threads = threads;
        ledger.wall_s = wall_s;
        ledger.capacity_s = threads * wall_s;
        ledger.counters = {{"instructions", {wall_s, wall_s}}, {"cycles", {wall_s, wall_s}}};
        return ledger;
    }

    static void thread(Ledger& ledger, std::vector<std::pair<Category, double>> times, double slot_share = 1) {
        account::ThreadLedger row;
        for (const auto& [category, seconds] : times) {
            row.amounts[category] = seconds;
            ledger.amounts[category] += slot_share * seconds;
        }
        ledger.per_thread.push_back(row);
    }

    static void counts(Ledger& ledger, Category category, double instructions, double cycles) {
        ledger.counts.push_back({category, recording::StackId::Empty, {instructions, cycles}});
    }

    /// One run per thread count; more are repeats of it.
    RegionResult result(double ideal_at_last = 1) {
        RegionResult region;
        for (const analysis::MeasuredRun& measured : measured_) {
            if (!region.runs.empty() && region.runs.back().threads == measured.run->threads) continue;
            analysis::RunResult run;
            run.threads = measured.run->threads;
            run.capacity_s = measured.ledger.capacity_s;
            run.ledger = measured.ledger.amounts;
            for (const account::CountCharge& charge : measured.ledger.counts)
                if (charge.category == Category::Work) {
                    run.work_counts["instructions"] += charge.counts[0];
                    run.work_counts["cycles"] += charge.counts[1];
                }
            region.runs.push_back(run);
        }
        region.runs.back().ideal = ideal_at_last;
        for (analysis::RunResult& run : region.runs)
            run.loss[Category::Work] =
                run.ledger[Category::Work] - run.ideal * region.runs.front().ledger[Category::Work];
        return region;
    }

    RegionResult analysed(double ideal_at_last = 1) {
        RegionResult region = result(ideal_at_last);
        analysis::add_efficiencies(measured_, measurement, region);
        return region;
    }

    const std::vector<analysis::MeasuredRun>& measured() const { return measured_; }
    Measurement measurement;

  private:
    std::deque<recording::Run> facts_;
    std::vector<analysis::MeasuredRun> measured_;
};

double total(const analysis::WorkSplit& split) {
    return split.more_instructions_s + split.lower_ipc_s + split.lower_clock_s;
}

void add_baseline(Sweep& sweep) {
    Ledger& one = sweep.run(1, 4);
    Sweep::thread(one, {{Category::Work, 3.5}, {Category::Kernel, 0.5}});
    Sweep::counts(one, Category::Work, 14e9, 7e9);
    Sweep::counts(one, Category::Kernel, 1e9, 1e9);
}

// main  computes 1 s alone, then waits
// a     2 s of work and refcount, 0.5 s spinning, 0.5 s for a lock
// b     the same
TEST_CASE("efficiencies of a run with a serial section, a contended lock and shared objects") {
    Sweep sweep;
    add_baseline(sweep);
    Ledger& two = sweep.run(2, 4);
    Sweep::thread(two, {{Category::Work, 1}, {Category::Starved, 3}});
    for (int i = 0; i < 2; ++i)
        Sweep::thread(
            two, {{Category::Work, 1.5}, {Category::Refcount, 0.5}, {Category::Spin, 0.5}, {Category::LockWait, 0.5}});
    Sweep::counts(two, Category::Work, 14e9, 8e9);
    Sweep::counts(two, Category::Refcount, 1e9, 2e9);
    Sweep::counts(two, Category::Spin, 9e9, 3e9);  // not useful: must not count
    const RegionResult region = sweep.analysed();
    REQUIRE(region.runs[1].efficiency);
    const analysis::Efficiency& efficiency = *region.runs[1].efficiency;
    CHECK(efficiency.parallel == Approx(5.0 / 8));
    CHECK(efficiency.load_balance == Approx(1));
    CHECK(efficiency.transfer == Approx(3.5 / 4));  // 1 s of spinning over two slots
    CHECK(efficiency.serialisation == Approx(2.5 / 3.5));
    CHECK(efficiency.computation == Approx(4.0 / 5));
    REQUIRE(efficiency.instructions);
    CHECK(*efficiency.instructions == Approx(1));
    CHECK(*efficiency.ipc == Approx((15.0 / 10) / (15.0 / 8)));
    CHECK(*efficiency.clock == Approx((10.0 / 5) / (8.0 / 4)));
    CHECK(efficiency.global == Approx(0.5));  // as the speed-up has it: 1 of 2
    CHECK(efficiency.load_balance * efficiency.serialisation * efficiency.transfer == Approx(efficiency.parallel));
    CHECK(*efficiency.instructions * *efficiency.ipc * *efficiency.clock == Approx(efficiency.computation));
}

TEST_CASE("the baseline computes as it computes, and has no growth to split") {
    Sweep sweep;
    add_baseline(sweep);
    const RegionResult region = sweep.analysed();
    REQUIRE(region.runs[0].efficiency);
    CHECK(region.runs[0].efficiency->parallel == 1);
    CHECK(region.runs[0].efficiency->computation == 1);
    CHECK(*region.runs[0].efficiency->clock == 1);
    CHECK_FALSE(region.runs[0].work_split);
}

TEST_CASE("work's growth is split and sums to its loss") {
    Sweep sweep;
    add_baseline(sweep);
    Ledger& two = sweep.run(2, 2.5);
    for (int i = 0; i < 2; ++i) Sweep::thread(two, {{Category::Work, 2.5}});
    Sweep::counts(two, Category::Work, 14e9, 10e9);
    const RegionResult region = sweep.analysed();
    REQUIRE(region.runs[1].work_split);
    const analysis::WorkSplit& split = *region.runs[1].work_split;
    CHECK(split.lower_ipc_s == Approx(1.5));
    CHECK(split.more_instructions_s == Approx(0).margin(1e-9));
    CHECK(split.lower_clock_s == Approx(0).margin(1e-9));
}

TEST_CASE("what was netted out of work's loss is as good as the rest of work") {
    Sweep sweep;
    add_baseline(sweep);
    Ledger& two = sweep.run(2, 2);
    for (int i = 0; i < 2; ++i) Sweep::thread(two, {{Category::Work, 1.5}, {Category::Refcount, 0.5}});
    Sweep::counts(two, Category::Work, 12e9, 6e9);
    RegionResult region = sweep.result();
    region.runs[1].loss[Category::Work] = 0;  // -0.5 s, netted against refcount
    analysis::add_efficiencies(sweep.measured(), sweep.measurement, region);
    REQUIRE(region.runs[1].work_split);
    CHECK(total(*region.runs[1].work_split) == Approx(0).margin(1e-9));
    CHECK(region.runs[1].work_split->lower_ipc_s == Approx(0).margin(1e-9));
}

TEST_CASE("weak scaling compares with as much work as there are threads") {
    Sweep sweep;
    add_baseline(sweep);
    Ledger& four = sweep.run(4, 4);
    for (int i = 0; i < 4; ++i) Sweep::thread(four, {{Category::Work, 3.5}, {Category::Kernel, 0.5}});
    Sweep::counts(four, Category::Work, 56e9, 28e9);
    Sweep::counts(four, Category::Kernel, 4e9, 4e9);
    const RegionResult region = sweep.analysed(4);
    CHECK(region.runs[1].efficiency->global == Approx(1));
    CHECK(*region.runs[1].efficiency->instructions == Approx(1));
    CHECK(total(*region.runs[1].work_split) == Approx(0).margin(1e-9));
}

TEST_CASE("without cycles and instructions computation has no factors, and work no split") {
    Sweep sweep;
    add_baseline(sweep);
    Ledger& two = sweep.run(2, 2.5);
    for (int i = 0; i < 2; ++i) Sweep::thread(two, {{Category::Work, 2.5}});
    SECTION("nothing is counted") { sweep.measurement.counters.clear(); }
    SECTION("this run could not count") { two.counters = {{"instructions", {2, 0}}, {"cycles", {2, 0}}}; }
    const RegionResult region = sweep.analysed();
    REQUIRE(region.runs[1].efficiency);
    CHECK(region.runs[1].efficiency->computation == Approx(0.8));
    CHECK_FALSE(region.runs[1].efficiency->ipc);
    CHECK_FALSE(region.runs[1].work_split);
}

TEST_CASE("more threads than slots on as many CPUs compute no less efficiently") {
    Sweep sweep;
    add_baseline(sweep);
    // Four threads take turns on two CPUs; each is ready and waits half the time, and weighs half.
    Ledger& two = sweep.run(2, 2);
    for (int i = 0; i < 4; ++i) Sweep::thread(two, {{Category::Work, 1}, {Category::RunQueue, 1}}, 0.5);
    Sweep::counts(two, Category::Work, 15e9, 8e9);
    const RegionResult region = sweep.analysed();
    const analysis::Efficiency& efficiency = *region.runs[1].efficiency;
    CHECK(efficiency.parallel == Approx(1));
    CHECK(efficiency.transfer == Approx(1));
    CHECK(efficiency.computation == Approx(1));
    CHECK(*efficiency.clock == Approx(1));
    REQUIRE(region.runs[1].work_split);
    CHECK(total(*region.runs[1].work_split) == Approx(region.runs[1].loss[Category::Work]));
    CHECK(region.runs[1].work_split->lower_clock_s == Approx(0).margin(1e-9));
}

TEST_CASE("repeats are averaged, however many there are") {
    Sweep once, thrice;
    for (Sweep* sweep : {&once, &thrice}) {
        add_baseline(*sweep);
        for (int repeat = 0; repeat < (sweep == &once ? 1 : 3); ++repeat) {
            Ledger& two = sweep->run(2, 2.5);
            for (int i = 0; i < 2; ++i) Sweep::thread(two, {{Category::Work, 2.5}});
            Sweep::counts(two, Category::Work, 15e9, 10e9);
        }
    }
    const RegionResult a = once.analysed(), b = thrice.analysed();
    CHECK(a.runs[1].efficiency->global == Approx(b.runs[1].efficiency->global));
    CHECK(*a.runs[1].efficiency->instructions == Approx(*b.runs[1].efficiency->instructions));
    CHECK(*a.runs[1].efficiency->clock == Approx(*b.runs[1].efficiency->clock));
}

// 1 thread   a  ######## (100 ms at IPC 2)
// 2 threads  a  ######## (80 ms at IPC 1.25, same instructions in all)
//            b  ########
TEST_CASE("from a recording to efficiencies, the split of work and the finding that quotes it") {
    tests::Story story;
    const auto work = story.python("work", "/app.py", 3);
    story.manifest().counters = {{"INST_RETIRED", "instructions", 0, false}, {"CYCLES", "cycles", 0, false}};
    for (const int threads : {1, 2}) {
        tests::RunStory& run = story.run(threads, threads == 1 ? 100 : 80);
        run.process().counters = {{"INST_RETIRED", 0, false}, {"CYCLES", 0, false}};
        for (int i = 0; i < threads; ++i)
            run.thread(i == 0 ? "a" : "b")
                .counts({threads == 1 ? 4e6 : 2.5e6, 2e6})
                .works(threads == 1 ? 100 : 80, work);
    }
    const analysis::Analysis analysis = tests::analysed(story);
    const analysis::RunResult& run = analysis.whole.runs.at(1);
    REQUIRE(run.efficiency);
    CHECK(run.efficiency->parallel == Approx(1));
    CHECK(run.efficiency->global == Approx(100.0 / 160));
    REQUIRE(run.efficiency->ipc);
    CHECK(*run.efficiency->instructions == Approx(1));
    CHECK(*run.efficiency->ipc == Approx(0.625));
    CHECK(*run.efficiency->clock == Approx(1));
    REQUIRE(run.work_split);
    CHECK(run.work_split->lower_ipc_s == Approx(0.06));
    REQUIRE(analysis.findings.size() == 1);
    CHECK_THAT(analysis.findings.front().evidence.at(1),
               ContainsSubstring("0.75 of 0.75 cores: fewer instructions per cycle (2.00 -> 1.25)"));
}

TEST_CASE("a region nothing was measured in has no efficiencies") {
    RegionResult region;
    analysis::add_efficiencies({}, {}, region);
    CHECK(region.runs.empty());
}

}  // namespace
}  // namespace ftscale
