// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/findings/library_pools.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/findings/evidence.h"
#include "analysis/findings/findings.h"
#include "analysis/functions.h"
#include "analysis/library_threads.h"

namespace ftscale::analysis {
namespace {

using account::Category;

constexpr double kTrace = 0.02;  // of all cores

bool is_pool_thread(const Function& function) { return function.outside_python && is_ledger_row(function); }

bool is_of_library(const Function& function, const std::string& library) {
    const KnownPool* pool = function.place.native ? known_pool(function.place.file) : nullptr;
    return pool != nullptr && pool->library == library;
}

double on_cpu_s(const Amounts& amounts) {
    return amounts[Category::Work] + amounts[Category::Kernel] + amounts[Category::Spin];
}

/// Running, or ready to.
double wanted_s(const Amounts& amounts) { return on_cpu_s(amounts) + amounts[Category::RunQueue]; }

/// Looking for work while the script's threads wanted the CPUs. Whose threads did is not told apart: as a rule there is
/// one such library.
double idling_cores(const Evidence& evidence) {
    return std::max(0.0, evidence.queue_lost_to(&RunResult::queued_for_idlers_s));
}

/// By its threads' rows: what runs in OpenMP's threads are functions of others.
double cores_of_rows(const Evidence& evidence, const std::string& library, double (*seconds)(const Amounts&)) {
    double sum_s = 0;
    for (const ThreadRow& row : evidence.run.thread_rows)
        if (row.library == library) sum_s += seconds(row.ledger);
    return evidence.cores(sum_s);
}

/// CPUs that its threads took, from each other or from the script's.
double used_cores(const Evidence& evidence, const std::string& library) {
    double seconds = 0;
    for (const Function& function : evidence.run.functions)
        if (is_pool_thread(function) && is_of_library(function, library)) seconds += on_cpu_s(function.self);
    return std::max(evidence.cores(seconds), cores_of_rows(evidence, library, on_cpu_s)) + idling_cores(evidence);
}

/// The one whose threads have been without work for longest.
const KnownPool* idlest_pool(const Evidence& evidence) {
    const KnownPool* idlest = nullptr;
    double most_s = 0;
    for (const ThreadRow& row : evidence.run.thread_rows) {
        const KnownPool* pool = known_pool_called(row.library);
        if (pool == nullptr || row.ledger[Category::Starved] <= most_s) continue;
        idlest = pool;
        most_s = row.ledger[Category::Starved];
    }
    return idlest;
}

std::optional<LibraryPool> busiest_pool(const Evidence& evidence) {
    std::map<const KnownPool*, double> cores;
    for (const Function& function : evidence.run.functions)
        if (const KnownPool* pool = is_pool_thread(function) ? known_pool(function.place.file) : nullptr)
            cores[pool] += evidence.cores(wanted_s(function.self));
    for (const ThreadRow& row : evidence.run.thread_rows)
        if (const KnownPool* pool = known_pool_called(row.library))
            cores[pool] = std::max(cores[pool], cores_of_rows(evidence, pool->library, wanted_s));
    if (const KnownPool* idlest = idlest_pool(evidence)) cores[idlest] += idling_cores(evidence);
    std::optional<LibraryPool> busiest;
    for (const auto& [pool, wanted] : cores)
        if (wanted > kTrace * evidence.run.threads && (!busiest || wanted > busiest->cores))
            busiest = LibraryPool{pool->library, pool->variable, 0, wanted, {}, 0};
    return busiest;
}

/// Rows of the library within Python functions say what changed for the script's threads in it: waiting for its locks,
/// and less work where the pool took it over. The run queue is its doing wherever it strikes, but for no longer than
/// its threads had the CPUs.
void add_losses(const Evidence& evidence, LibraryPool& pool) {
    Amounts loss;
    for (const Function& function : evidence.run.functions)
        if (is_of_library(function, pool.library)) loss += function.loss;
    // What its own threads wait for is nobody's loss.
    for (const Function& function : evidence.run.functions)
        if (is_of_library(function, pool.library) && is_pool_thread(function))
            loss[Category::LockWait] -= function.loss[Category::LockWait];
    const double used = used_cores(evidence, pool.library);
    for (const Category category : {Category::Work, Category::Kernel, Category::Spin, Category::LockWait})
        pool.lost_cores[category] = evidence.cores(loss[category]);
    pool.lost_cores[Category::RunQueue] = std::clamp(evidence.own_queue_lost(), 0.0, used);
    // Beside the waits that it causes it can cost no more than its own CPU time.
    const double waits = pool.lost_cores[Category::RunQueue] + std::max(0.0, pool.lost_cores[Category::LockWait]);
    const double excess = pool.lost_cores.total() - waits - used;
    if (excess > 0) pool.lost_cores[Category::Work] -= excess;
}

/// Who waits for a thread that waits for a CPU waits longer. Where that is much, speedup_without is a rough guess.
void tell_drawn_out_waits(const Evidence& evidence, Finding& finding) {
    constexpr double kMuch = 0.5;  // of the useful work
    const double waiting = waiting_cores_beside_pool(evidence);
    const double useful = evidence.run.threads - evidence.cores(evidence.run.loss_s);
    if (waiting > kMuch * useful)
        finding.evidence.push_back(fmt::format(
            "threads wait for each other for another {:.2f} cores: without the pool they will wait less, too",
            waiting));
}

Finding make_finding(const LibraryPool& pool, const Evidence& evidence) {
    Finding finding;
    finding.rule = "library_pool";
    finding.lost_cores = pool.lost_cores.total();
    finding.uncertainty_cores = uncertainty_cores(evidence, Category::RunQueue);
    finding.title = fmt::format("{} has threads of its own, which cost {:.2f} cores: there are more threads than CPUs",
                                pool.library, finding.lost_cores);
    finding.evidence.push_back(fmt::format(
        "{} has started {} {}, beside {} of the script: they run, or want to, on {:.2f} cores", pool.library,
        pool.threads, pool.threads == 1 ? "thread" : "threads", evidence.run.threads, pool.cores));
    finding.evidence.push_back(ledger_text(evidence, Category::RunQueue));
    if (std::string shares = share_text(evidence, Category::RunQueue, false); !shares.empty())
        finding.evidence.push_back(std::move(shares));
    if (pool.lock_cores >= kSmallestFinding)
        finding.evidence.push_back(fmt::format("for locks of {}: {:.2f} cores", pool.library, pool.lock_cores));
    tell_drawn_out_waits(evidence, finding);
    finding.advice = fmt::format(
        "Set {}=1 before the library is loaded, or threadpoolctl.threadpool_limits(1) around the threads' work: as "
        "many threads as CPUs are enough.",
        pool.variable);
    return finding;
}

}  // namespace

std::optional<LibraryPool> find_library_pool(const Evidence& evidence) {
    std::optional<LibraryPool> pool = busiest_pool(evidence);
    if (!pool) return pool;
    for (const Lock& lock : evidence.run.locks)
        if (is_of_pool(lock, *pool, evidence)) pool->lock_cores += lock.lost_cores;
    const double waited_cores =
        std::min(evidence.own_queue_lost(), used_cores(evidence, pool->library)) + pool->lock_cores;
    if (!is_visible(evidence, Category::RunQueue, waited_cores)) return std::nullopt;
    pool->threads = std::count_if(evidence.run.thread_rows.begin(), evidence.run.thread_rows.end(),
                                  [&](const ThreadRow& row) { return row.library == pool->library; });
    add_losses(evidence, *pool);
    return pool->lost_cores.total() >= kSmallestFinding ? pool : std::nullopt;
}

bool is_of_pool(const Lock& lock, const LibraryPool& pool, const Evidence& evidence) {
    if (lock.kind != account::LockKind::Pthread) return false;
    // Locks of libraries are named by the function that waits for them: "pthread_mutex in dgemm_thread_nn".
    return std::any_of(evidence.run.functions.begin(), evidence.run.functions.end(), [&](const Function& function) {
        return is_of_library(function, pool.library) && lock.type.ends_with(" in " + function.place.function);
    });
}

std::vector<Finding> library_pool_findings(const Evidence& evidence) {
    return evidence.pool ? std::vector<Finding>{make_finding(*evidence.pool, evidence)} : std::vector<Finding>();
}

}  // namespace ftscale::analysis
