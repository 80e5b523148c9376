// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/findings/library_pools.h"

#include "analysis/findings/evidence.h"
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

constexpr const char* kLibGomp = "/v/scikit_learn.libs/libgomp-e985bcbb.so.1.0.0";
constexpr const char* kOpenBlas = "/v/numpy.libs/libscipy_openblas64_-32a4b2a6.so";

/// Two seconds of capacity at two threads, half a second of it in the run queue.
struct Runs {
    RunResult baseline, run;
    recording::Manifest manifest;
    analysis::Measurement measurement;

    explicit Runs(const std::vector<Function>& functions, double queue_s = 0.5) {
        run.threads = 2;
        run.capacity_s = 2;
        run.functions = functions;
        for (Function& function : run.functions) {
            function.loss = function.self;
            function.loss_s = function.loss.total();
        }
        run.loss[Category::RunQueue] = queue_s;
        run.ledger = run.loss;
        run.repeats = {run.ledger, run.ledger};
        baseline.capacity_s = 1;
        measurement.frequency_hz = 1000;
        manifest.machine.cpus = 2;
    }
    analysis::Evidence evidence() const { return {run, baseline, manifest, measurement}; }
    std::optional<analysis::LibraryPool> pool() const { return analysis::find_library_pool(evidence()); }
    std::vector<analysis::Finding> findings() const {
        analysis::RegionResult region;
        region.points.resize(2);
        region.points[1].threads = 2;
        region.points[1].speedup = 1.2;
        region.runs = {baseline, run};
        return analysis::find_causes(region, manifest, measurement);
    }
};

const analysis::Finding* find(const std::vector<analysis::Finding>& findings, const std::string& rule) {
    for (const analysis::Finding& finding : findings)
        if (finding.rule == rule) return &finding;
    return nullptr;
}

TEST_CASE("a library's own threads are known by its file, whatever they do in it") {
    Runs runs({native_thread("blas_thread_server", kOpenBlas, 0.2, 0.1),
               native_thread("inner_thread", kOpenBlas, 0.1, 0.2),
               native_thread("gomp_thread_start", "/usr/lib/libgomp.so.1", 0.1, 0)});
    runs.run.thread_rows = {{"MainThread", "", 1, {}, {}},
                            {"blas_thread_server", "OpenBLAS", 2, {}, {}},
                            {"gomp_thread_start", "OpenMP (libgomp)", 3, {}, {}}};
    const auto pool = runs.pool();
    REQUIRE(pool);
    CHECK(pool->library == "OpenBLAS");
    CHECK(pool->variable == "OPENBLAS_NUM_THREADS");
    CHECK(pool->cores == Approx(0.6));
    CHECK(pool->threads == 1);
}

TEST_CASE("threads that sleep, other libraries, and the script's own calls are no pool at work") {
    CHECK_FALSE(Runs({native_thread("blas_thread_server", kOpenBlas, 0.01, 0)}).pool());
    CHECK_FALSE(Runs({native_thread("run", "/v/libopenblas_like/other.so", 1, 0)}).pool());
    Function called = native_thread("dgemm", kOpenBlas, 1, 1);
    called.outside_python = false;  // within a Python function of the script's
    CHECK_FALSE(Runs({called}).pool());
}

TEST_CASE("as long as there are CPUs for all, a pool is no loss") {
    CHECK_FALSE(Runs({native_thread("blas_thread_server", kOpenBlas, 0.5, 0)}, 0.01).pool());
}

TEST_CASE("a pool costs the run queue and its locks, less what it took over from the script's threads") {
    Function called = native_thread("dgemm_thread_nn", kOpenBlas, -0.6, 0);
    called.outside_python = false;
    called.self[Category::LockWait] = 0.2;
    Runs runs({native_thread("blas_thread_server", kOpenBlas, 0.5, 0.4), called});
    analysis::Lock lock;
    lock.kind = account::LockKind::Pthread;
    lock.type = "pthread_mutex in dgemm_thread_nn";
    lock.lost_cores = 0.2;
    runs.run.locks = {lock};
    const auto pool = runs.pool();
    REQUIRE(pool);
    CHECK(pool->lost_cores.total() == Approx(0.5 + 0.5 - 0.6 + 0.2));  // seconds of two at two threads are cores
    CHECK(pool->lock_cores == Approx(0.2));
    const auto findings = runs.findings();
    CHECK(find(findings, "lock") == nullptr);
    CHECK(find(findings, "run_queue") == nullptr);
    const analysis::Finding* finding = find(findings, "library_pool");
    REQUIRE(finding != nullptr);
    CHECK(finding->title.rfind("OpenBLAS has threads of its own", 0) == 0);
    CHECK(finding->advice.find("OPENBLAS_NUM_THREADS=1") != std::string::npos);
    REQUIRE(finding->speedup_without);
    CHECK(*finding->speedup_without == Approx(1.2 * 2 / (2 - 0.6)));
}

TEST_CASE("a pool draws out what threads wait for each other") {
    struct Told {
        std::string evidence;
        double speedup_without = 0;
    };
    const auto tell = [](double serial_s) {
        Runs runs({native_thread("blas_thread_server", kOpenBlas, 0.1, 0.4)});
        runs.run.ledger[Category::Work] = 1;  // to the run queue's half: a third of the time they are runnable
        runs.run.loss[Category::Serial] = serial_s;
        runs.run.loss_s = 1.4 + serial_s;
        const auto findings = runs.findings();
        const analysis::Finding* finding = find(findings, "library_pool");
        REQUIRE(finding != nullptr);
        Told told;
        for (const std::string& line : finding->evidence) told.evidence += line + "\n";
        told.speedup_without = finding->speedup_without.value_or(0);
        return told;
    };
    const Told much = tell(0.3), little = tell(0.1);
    CHECK(much.evidence.find("for another 0.30 cores") != std::string::npos);
    CHECK(little.evidence.find("for another") == std::string::npos);
    CHECK(much.speedup_without == Approx(1.2 * 2 / (2 - 0.2 - 0.3 / 3)));
    CHECK(little.speedup_without == Approx(1.2 * 2 / (2 - 0.2 - 0.1 / 3)));
}

TEST_CASE("time in the kernel that a pool costs is told once, other time in the kernel beside it") {
    Function called = native_thread("gomp_team_barrier_wait_end", kLibGomp, 0, 0);
    called.outside_python = false;
    called.self[Category::Kernel] = 0.4;
    Function script;
    script.place = {"load", "/app.py", 3, false};
    script.self[Category::Kernel] = 0.7;  // with what its library does there
    Runs runs({native_thread("gomp_thread_start", kLibGomp, 0.3, 0.2), called, script});
    runs.run.loss[Category::Kernel] = 0.7;
    runs.run.ledger = runs.run.loss;
    runs.run.repeats = {runs.run.ledger, runs.run.ledger};
    const auto pool = runs.pool();
    REQUIRE(pool);
    CHECK(pool->lost_cores[Category::Kernel] == Approx(0.4));
    const auto findings = runs.findings();
    const analysis::Finding* kernel = find(findings, "kernel");
    REQUIRE(kernel != nullptr);
    CHECK(kernel->lost_cores == Approx(0.3));
}

TEST_CASE("locks of other libraries are none of the pool's") {
    Function other = native_thread("insert", "/v/libindex.so", 0, 0);
    other.outside_python = false;
    Runs runs({native_thread("blas_thread_server", kOpenBlas, 0.5, 0.4), other});
    analysis::Lock lock;
    lock.kind = account::LockKind::Pthread;
    lock.type = "pthread_mutex in insert";
    lock.lost_cores = 0.2;
    runs.run.locks = {lock};
    CHECK(find(runs.findings(), "lock") != nullptr);
}

TEST_CASE("a pool costs no more than its own CPU time and the waits that it causes") {
    // Others keep the run queue full: the pool's thread has run for 0.12 s.
    Runs runs({native_thread("blas_thread_server", kOpenBlas, 0.12, 0.3)}, 0.5);
    const auto pool = runs.pool();
    REQUIRE(pool);
    CHECK(pool->lost_cores[Category::RunQueue] == Approx(0.12));
    CHECK(pool->lost_cores.total() <= 0.24 + 1e-9);
    runs.run.queued_for_others_s = 0.45;
    const auto beside = runs.pool();
    CHECK((!beside || beside->lost_cores[Category::RunQueue] <= 0.05 + 1e-9));
}

TEST_CASE("a pool that looks for work on CPUs that others want costs that much") {
    Runs runs({}, 0.5);
    runs.run.thread_rows = {{"MainThread", "", 1, {}, {}}, {"gomp_thread_start", "OpenMP (libgomp)", 3, {}, {}}};
    runs.run.thread_rows[1].ledger[Category::Starved] = 0.9;
    CHECK_FALSE(runs.pool());  // nobody wanted its CPU
    runs.run.queued_for_idlers_s = 0.4;
    const auto pool = runs.pool();
    REQUIRE(pool);
    CHECK(pool->library == "OpenMP (libgomp)");
    CHECK(pool->variable == "OMP_NUM_THREADS");
    CHECK(pool->lost_cores[Category::RunQueue] == Approx(0.4));
}

TEST_CASE("other programs come first, and what waits for less than they took is not blamed") {
    Runs runs({}, 0.5);
    Function alone;
    alone.place = {"wait_for_more", "/app.py", 3, false};
    alone.loss[Category::Starved] = 0.4;
    alone.loss[Category::RunQueue] = 0.5;
    runs.run.functions = {alone};
    runs.run.loss[Category::Starved] = 0.4;
    runs.run.queued_for_others_s = 0.5;
    runs.run.others = analysis::OtherUse{0.8, 0, 3, 3, {{"make", 0.8}}};
    const auto findings = runs.findings();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == analysis::rule::kOtherLoad);
    CHECK(findings[0].title == "other programs used 0.80 CPUs during the runs at 2 threads");
    CHECK(findings[0].evidence[0].find("all runs were disturbed") == 0);
    runs.run.loss[Category::Starved] = runs.run.functions[0].loss[Category::Starved] = 0.9;
    CHECK(find(runs.findings(), "starved") != nullptr);  // more than they can have held up
    runs.run.others->disturbed = 0;
    CHECK(find(runs.findings(), analysis::rule::kOtherLoad) == nullptr);
}

TEST_CASE("children of the script that take its CPUs are its own") {
    Runs runs({}, 0.5);
    runs.run.queued_for_children_s = 0.5;
    const auto findings = runs.findings();
    REQUIRE(find(findings, "children_load") != nullptr);
    CHECK(find(findings, "run_queue") == nullptr);
}

}  // namespace
}  // namespace ftscale::tests
