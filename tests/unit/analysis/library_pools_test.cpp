// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/findings/library_pools.h"

#include "analysis/findings/findings.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using analysis::Function;
using analysis::RunResult;

Function native_thread(const char* function, const char* file, double work_s, double queue_s) {
    Function row;
    row.place = {function, file, 0, true};
    row.outside_python = true;
    row.self[Category::Work] = work_s;
    row.self[Category::RunQueue] = queue_s;
    return row;
}

/// A second at two threads.
RunResult run_with(const std::vector<Function>& functions) {
    RunResult run;
    run.threads = 2;
    run.capacity_s = 2;
    run.functions = functions;
    return run;
}

std::optional<analysis::LibraryPool> pool_of(const RunResult& run) {
    const RunResult baseline;
    const recording::Manifest manifest;
    const analysis::Measurement measurement;
    return analysis::find_library_pool({run, baseline, manifest, measurement});
}

constexpr const char* kOpenBlas = "/v/numpy.libs/libscipy_openblas64_-32a4b2a6.so";

TEST_CASE("a library's own threads are known by its file, whatever they do in it") {
    const auto pool = pool_of(run_with({native_thread("blas_thread_server", kOpenBlas, 0.2, 0.1),
                                        native_thread("inner_thread", kOpenBlas, 0.1, 0.2),
                                        native_thread("gomp_thread_start", "/usr/lib/libgomp.so.1", 0.1, 0)}));
    REQUIRE(pool);
    CHECK(pool->library == "OpenBLAS");
    CHECK(pool->variable == "OPENBLAS_NUM_THREADS");
    CHECK(pool->cores == Approx(0.6));
}

TEST_CASE("threads that sleep, other libraries, and the script's own calls are no pool at work") {
    CHECK_FALSE(pool_of(run_with({native_thread("blas_thread_server", kOpenBlas, 0.01, 0)})));
    CHECK_FALSE(pool_of(run_with({native_thread("run", "/v/libopenblas_like/other.so", 1, 0)})));
    Function called = native_thread("dgemm", kOpenBlas, 1, 1);
    called.outside_python = false;  // within a Python function of the script's
    CHECK_FALSE(pool_of(run_with({called})));
}

TEST_CASE("the finding on the run queue names the pool and its variable") {
    RunResult run = run_with({native_thread("blas_thread_server", kOpenBlas, 0.3, 0.5)});
    run.functions[0].loss = run.functions[0].self;
    run.functions[0].loss_s = 0.8;
    run.loss = run.functions[0].self;
    run.ledger = run.loss;
    run.repeats = {run.ledger, run.ledger};
    run.ideal = 1;
    RunResult baseline;
    baseline.capacity_s = 1;
    analysis::RegionResult region;
    region.points.resize(2);
    region.points[1].threads = 2;
    region.runs = {baseline, run};
    recording::Manifest manifest;
    manifest.machine.cpus = 2;
    analysis::Measurement measurement;
    measurement.frequency_hz = 1000;
    for (const analysis::Finding& finding : analysis::find_causes(region, manifest, measurement))
        if (finding.rule == "run_queue") {
            CHECK(finding.title.rfind("OpenBLAS has threads of its own: ", 0) == 0);
            CHECK(finding.advice.find("OPENBLAS_NUM_THREADS=1") != std::string::npos);
            return;
        }
    FAIL("no finding on the run queue");
}

}  // namespace
}  // namespace ftscale::tests
