// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/findings/counter_evidence.h"

#include "analysis/findings/findings.h"
#include "support/catch.h"

namespace ftscale {
namespace {

using account::Category;
using analysis::Counts;
using analysis::Function;
using analysis::Measurement;
using analysis::Place;
using analysis::RunResult;
using analysis::WorkPart;
using Catch::Matchers::StartsWith;

const Place kRun{"run", "/home/me/app.py", 10, false};
const Place kOther{"other", "/home/me/app.py", 40, false};
const Place kSite{"run", "/home/me/app.py", 12, false};
const char* const kHitm = "MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM";

Measurement intel() {
    Measurement measurement;
    measurement.counters = {{"cycles", "cycles", false, 1},
                            {"instructions", "instructions", false, 1},
                            {kHitm, "line_transfers", false, 1},
                            {"MEM_INST_RETIRED:LOCK_LOADS", "locked_loads", false, 1},
                            {"page-faults", "", false, 1}};
    return measurement;
}

/// One thread and four, all in `run` unless told otherwise.
struct Sweep {
    Sweep() {
        baseline.threads = 1;
        baseline.capacity_s = 2;
        run.threads = 4;
        run.capacity_s = 4;
    }
    static void function(RunResult& of, const Place& place, const Counts& counts) {
        Function row;
        row.place = place;
        row.counts = counts;
        of.functions.push_back(row);
    }
    std::vector<std::string> contention() const {
        return contention_texts(analysis::Evidence{run, baseline, manifest, measurement}, {kSite});
    }
    analysis::Evidence evidence() const { return {run, baseline, manifest, measurement}; }

    RunResult run, baseline;
    recording::Manifest manifest;
    Measurement measurement = intel();
};

TEST_CASE("transfers of modified lines that come up with the threads confirm a fight over reference counts") {
    Sweep sweep;
    Sweep::function(sweep.baseline, kRun, {{"instructions", 1e9}, {kHitm, 2e4}});
    Sweep::function(sweep.run, kRun, {{"instructions", 2e9}, {kHitm, 8.2e6}});
    Sweep::function(sweep.run, kOther, {{"instructions", 9e9}, {kHitm, 1}});  // not concerned
    CHECK(sweep.contention() ==
          std::vector<std::string>{
              "confirmed by MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM: 0.02 -> 4.10 per thousand instructions in run"});
    sweep.measurement.counters[2].running_share = 0.5;
    REQUIRE(sweep.contention().size() == 1);
    CHECK_THAT(sweep.contention().front(), ContainsSubstring("in run (estimated)"));
}

TEST_CASE("no transfers contradict it") {
    Sweep sweep;
    Sweep::function(sweep.baseline, kRun, {{"instructions", 1e9}, {kHitm, 2e4}});
    Sweep::function(sweep.run, kRun, {{"instructions", 1e9}, {kHitm, 9e4}});
    REQUIRE(sweep.contention().size() == 1);
    CHECK_THAT(sweep.contention().front(),
               StartsWith("not confirmed: MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM: 0.02 -> 0.09"));
}

TEST_CASE("transfers that were as frequent with one thread leave it open") {
    Sweep sweep;
    Sweep::function(sweep.baseline, kRun, {{"instructions", 1e9}, {kHitm, 1e6}});
    Sweep::function(sweep.run, kRun, {{"instructions", 1e9}, {kHitm, 1.9e6}});
    REQUIRE(sweep.contention().size() == 1);
    CHECK_THAT(sweep.contention().front(), StartsWith("neither confirmed nor contradicted by"));
}

TEST_CASE("other events can confirm, and say nothing where they are low") {
    Sweep sweep;
    const char* const locked = "MEM_INST_RETIRED:LOCK_LOADS";
    std::erase_if(sweep.measurement.counters, [](const auto& counter) { return counter.role == "line_transfers"; });
    Sweep::function(sweep.baseline, kRun, {{"instructions", 1e9}, {locked, 1e4}});
    Sweep::function(sweep.run, kRun, {{"instructions", 1e9}, {locked, 2e4}});
    CHECK(sweep.contention().empty());
    sweep.run.functions.front().counts[locked] = 3e7;
    REQUIRE(sweep.contention().size() == 1);
    CHECK_THAT(sweep.contention().front(),
               StartsWith("confirmed by MEM_INST_RETIRED:LOCK_LOADS: 0.01 -> 30.00 per thousand instructions"));
}

TEST_CASE("a machine without a PMU says nothing") {
    Sweep sweep;
    Sweep::function(sweep.baseline, kRun, {{"page-faults", 3}});
    Sweep::function(sweep.run, kRun, {{"page-faults", 30}});
    CHECK(sweep.contention().empty());
    sweep.measurement.counters.clear();
    CHECK(sweep.contention().empty());
    CHECK(work_split_text(sweep.evidence()).empty());
    CHECK(main_work_part(sweep.evidence()) == WorkPart::None);
}

/// Work grew from 2 s by 0.48 cores of the run's 4, which is 0.48 s.
Sweep inflated(const analysis::WorkSplit& split) {
    Sweep sweep;
    sweep.baseline.ledger[Category::Work] = 2;
    sweep.baseline.work_counts = {{"instructions", 7.68e9}, {"cycles", 4e9}};
    sweep.run.ledger[Category::Work] = 2.48;
    sweep.run.loss[Category::Work] = 0.48;
    sweep.run.work_counts = {{"instructions", 7.77e9}, {"cycles", 4.96e9}};
    sweep.run.work_split = split;
    Function row;
    row.place = kRun;
    row.loss[Category::Work] = 0.48;
    sweep.run.functions.push_back(row);
    return sweep;
}

TEST_CASE("work's evidence says what its growth is due to, largest first") {
    const Sweep sweep = inflated({0.02, 0.41, 0.05});
    CHECK(work_split_text(sweep.evidence()) ==
          "0.41 of 0.48 cores: fewer instructions per cycle (1.92 -> 1.57); 0.05: lower clock; 0.02: more instructions "
          "(+1.2 %)");
    CHECK(main_work_part(sweep.evidence()) == WorkPart::LowerIpc);
    const Sweep gained = inflated({-0.1, 0.58, 0});
    CHECK_THAT(work_split_text(gained.evidence()), ContainsSubstring("; -0.10: fewer instructions"));
}

TEST_CASE("the clock is told in GHz where counts and time are of the same threads") {
    Sweep sweep = inflated({0, 0, 0.48});
    for (RunResult* run : {&sweep.run, &sweep.baseline}) {
        run->repeats = {run->ledger};
        analysis::ThreadRow thread;
        thread.ledger = run->ledger;
        run->thread_rows = {thread};
    }
    sweep.run.work_counts["cycles"] = 4e9;
    CHECK_THAT(work_split_text(sweep.evidence()), ContainsSubstring("lower clock (2.00 -> 1.61 GHz)"));
}

analysis::Finding work_finding(const Sweep& sweep) {
    const auto findings = analysis::work_findings(sweep.evidence());
    REQUIRE(findings.size() == 1);
    return findings.front();
}

TEST_CASE("the advice on work follows what it is due to") {
    const std::string of_none = [] {
        Sweep sweep = inflated({});
        sweep.run.work_split.reset();
        return work_finding(sweep).advice;
    }();
    CHECK_THAT(work_finding(inflated({0.4, 0.04, 0.04})).advice, StartsWith("The threads execute more instructions"));
    CHECK_THAT(work_finding(inflated({0.04, 0.4, 0.04})).advice, StartsWith("The same instructions wait longer"));
    CHECK_THAT(work_finding(inflated({0.04, 0.04, 0.4})).advice, ContainsSubstring("cpupower"));
    CHECK(work_finding(inflated({0.16, 0.16, 0.16})).advice == of_none);
}

TEST_CASE("memory bandwidth is no explanation for a lower clock") {
    const auto with_memcpy = [](const analysis::WorkSplit& split) {
        Sweep sweep = inflated(split);
        Function native;
        native.place = {"__memcpy_avx_unaligned_erms", "/lib/libc.so.6", 0, true};
        native.loss[Category::Work] = 0.4;
        sweep.run.functions.push_back(native);
        return work_finding(sweep).rule;
    };
    CHECK(with_memcpy({0, 0.48, 0}) == "memory");
    CHECK(with_memcpy({0, 0, 0.48}) == "work");
}

TEST_CASE("a refcount finding quotes the counters in the functions that count") {
    Sweep sweep;
    Sweep::function(sweep.baseline, kRun, {{"instructions", 1e9}, {kHitm, 2e4}});
    Sweep::function(sweep.run, kRun, {{"instructions", 1e9}, {kHitm, 4.1e6}});
    sweep.run.functions.front().loss[Category::Refcount] = 1;
    sweep.run.loss[Category::Refcount] = 1;
    analysis::Object object;
    object.type = "Settings";
    object.lost_cores = 1;
    object.sites = {{kSite, 1}};
    SECTION("of an object") { sweep.run.objects = {object}; }
    SECTION("of many small ones") {}
    const auto findings = analysis::refcount_findings(sweep.evidence());
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings.front().evidence.back(), StartsWith("confirmed by MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM"));
}

}  // namespace
}  // namespace ftscale
