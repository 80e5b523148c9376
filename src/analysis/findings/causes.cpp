// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/findings/findings.h"
#include "analysis/functions.h"
#include "analysis/places.h"

namespace ftscale::analysis {
namespace {

using account::Category;
using account::LockKind;

/// One rule per category. In `title`, {0} is the function with most of the loss, {1} the cores lost.
struct Rule {
    Category category;
    const char* name;
    const char* title;
    const char* advice;
};
constexpr std::array<Rule, 11> kRules = {{
    {Category::Serial, "serial", "{0} runs alone while {1:.2f} cores have nothing to do",
     "Make this part parallel, overlap it with the threads' work, or make it smaller: it bounds the speed-up at any "
     "thread count."},
    {Category::Starved, "starved", "threads wait for work in {0}: {1:.2f} cores",
     "Hand out work earlier and in bigger batches, with more than one producer where one cannot keep up; split the "
     "longest task."},
    {Category::Io, "io", "threads block in I/O in {0}: {1:.2f} cores",
     "Read ahead, use more threads than CPUs for this part, or overlap I/O with computing; check that the device is "
     "not the limit."},
    {Category::Sleep, "sleep", "threads sleep in {0}: {1:.2f} cores",
     "Wait for an event instead of sleeping and looking again."},
    {Category::RunQueue, "run_queue", "runnable threads wait {1:.2f} cores for a CPU, most in {0}",
     "Use at most as many threads as CPUs, set the thread count of BLAS and OpenMP libraries to 1 inside threads, and "
     "measure while nothing else runs on the machine."},
    {Category::StopTheWorld, "stop_the_world",
     "threads are stopped by stop-the-world pauses: {1:.2f} cores, most in {0}",
     "Do what stops the world less often while threads run: garbage collections (gc.freeze, a higher threshold, fewer "
     "containers), "
     "changing classes, importing extension modules, tracing."},
    {Category::Gil, "gil", "the GIL is on: threads wait {1:.2f} cores for it, most in {0}",
     "Find out what switched it on: PYTHON_GIL, -X gil=1, or an extension module that does not declare free-threading "
     "support."},
    {Category::Gc, "gc", "garbage collection takes {1:.2f} cores more, most in {0}",
     "Allocate fewer containers between collections, call gc.freeze() after start-up, or raise the threshold."},
    {Category::Refcount, "refcount", "reference counts of shared objects take {1:.2f} cores, most in {0}",
     "Give each thread an object of its own, or bind shared ones to local names outside the loop."},
    {Category::Kernel, "kernel", "the kernel works {1:.2f} cores more on behalf of {0}",
     "Look for page faults and memory mapping: reuse buffers instead of allocating and freeing large ones in every "
     "thread."},
    {Category::Work, "work", "the same work takes {1:.2f} cores more CPU time, most in {0}",
     "Threads slow each other down without waiting: reference counts of shared objects (give each thread its own "
     "copies), memory "
     "bandwidth, hyper-threads of one core, a lower clock frequency with more cores busy."},
}};

const Function* main_function(const RunResult& run, Category category) {
    const Function* most = nullptr;
    for (const Function& function : run.functions) {
        if (!is_ledger_row(function)) continue;
        if (most == nullptr || function.loss[category] > most->loss[category]) most = &function;
    }
    return most;
}

std::string function_text(const Function& function) {
    Place place = function.place;
    if (function.hot_line > 0) place.line = function.hot_line;
    return place_text(place);
}

/// The functions behind the loss, the largest first, as far as they matter.
std::string share_text(const RunResult& run, Category category) {
    std::vector<const Function*> rows;
    for (const Function& function : run.functions)
        if (is_ledger_row(function) && function.loss[category] > 0.1 * run.loss[category]) rows.push_back(&function);
    std::sort(rows.begin(), rows.end(),
              [&](const Function* a, const Function* b) { return a->loss[category] > b->loss[category]; });
    std::string text;
    for (std::size_t i = 0; i < rows.size() && i < 3; ++i)
        text += fmt::format("{}{} {:.3f} s", i == 0 ? "" : ", ", function_text(*rows[i]), rows[i]->loss[category]);
    return text;
}

std::string stopper_text(const RunResult& run, LockKind kind) {
    for (const Lock& lock : run.locks)
        if (lock.kind == kind && !lock.holders.empty()) return place_text(lock.holders.front().place);
    return {};
}

/// CPU time, idle slots and the run queue grow with every disturbance of the machine (other processes, frequency), and
/// more threads meet more of them: what counts is a share of all cores.
double smallest(Category category, int threads) {
    const bool is_noisy = category == Category::Work || category == Category::Serial || category == Category::RunQueue;
    return is_noisy ? std::max(kSmallestFinding, kNoisyShare * threads) : kSmallestFinding;
}

Finding make_finding(const Rule& rule, const Evidence& evidence, const Function& function) {
    const RunResult& run = evidence.run;
    Finding finding;
    finding.rule = rule.name;
    finding.lost_cores = run.lost_cores(rule.category);
    finding.title = fmt::format(fmt::runtime(rule.title), function_text(function), finding.lost_cores);
    finding.evidence.push_back(fmt::format(
        "{} at {} threads: {:.3f} s of {:.3f} s, {:.3f} s at {}", account::category_name(rule.category), run.threads,
        run.ledger[rule.category], run.capacity_s, evidence.baseline.ledger[rule.category], evidence.baseline.threads));
    if (std::string shares = share_text(run, rule.category); !shares.empty())
        finding.evidence.push_back(std::move(shares));
    if (rule.category == Category::StopTheWorld)
        if (std::string stopper = stopper_text(run, LockKind::StopTheWorld); !stopper.empty())
            finding.evidence.push_back("restarted by " + stopper);
    finding.advice = rule.advice;
    return finding;
}

double spin_of_locks(const RunResult& run) {
    double seconds = 0;
    for (const Lock& lock : run.locks) seconds += lock.spin_s;
    return seconds;
}

/// Spinning for a lock stands in the lock's finding; this is the rest.
void add_spin(const Evidence& evidence, std::vector<Finding>& findings) {
    const RunResult& run = evidence.run;
    const double of_locks =
        run.capacity_s > 0 ? run.threads * (spin_of_locks(run) - spin_of_locks(evidence.baseline)) / run.capacity_s : 0;
    const Function* function = main_function(run, Category::Spin);
    const double lost_cores = run.lost_cores(Category::Spin) - std::max(0.0, of_locks);
    if (function == nullptr || lost_cores < kSmallestFinding) return;
    Finding finding;
    finding.rule = "spin";
    finding.lost_cores = lost_cores;
    finding.title = fmt::format("threads yield in a loop in {}: {:.2f} cores", function_text(*function), lost_cores);
    finding.evidence.push_back(fmt::format("spin at {} threads: {:.3f} s, of which for known locks {:.3f} s",
                                           run.threads, run.ledger[Category::Spin], spin_of_locks(run)));
    finding.advice =
        "Wait less often: bigger batches of work per wait; an event instead of calling os.sched_yield() in a loop.";
    findings.push_back(std::move(finding));
}

}  // namespace

std::vector<Finding> cause_findings(const Evidence& evidence) {
    std::vector<Finding> findings;
    for (const Rule& rule : kRules) {
        const Function* function = main_function(evidence.run, rule.category);
        if (function == nullptr ||
            evidence.run.lost_cores(rule.category) < smallest(rule.category, evidence.run.threads))
            continue;
        findings.push_back(make_finding(rule, evidence, *function));
    }
    add_spin(evidence, findings);
    return findings;
}

}  // namespace ftscale::analysis
