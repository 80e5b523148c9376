// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/findings/findings.h"

namespace ftscale::analysis {
namespace {

using account::Category;

/// One rule per category. In `title`, {0} is the function with most of the loss, {1} the cores lost.
struct Rule {
    Category category;
    const char* name;
    const char* title;
    const char* advice;
};
constexpr std::array<Rule, 5> kRules = {{
    {Category::Starved, "starved", "threads wait for work in {0}: {1:.2f} cores",
     "Hand out work earlier and in bigger batches, with more than one producer where one cannot keep up; split the "
     "longest task."},
    {Category::Io, "io", "threads block in I/O in {0}: {1:.2f} cores",
     "Read ahead, use more threads than CPUs for this part, or overlap I/O with computing; check that the device is "
     "not the limit."},
    {Category::Sleep, "sleep", "threads sleep in {0}: {1:.2f} cores",
     "Wait for an event instead of sleeping and looking again."},
    {Category::RunQueue, "run_queue", "runnable threads wait {1:.2f} cores for a CPU, most in {0}", ""},
    {Category::Kernel, "kernel", "the kernel works {1:.2f} cores more on behalf of {0}",
     "Look for page faults and memory mapping, which the threads of a process do one at a time: reuse buffers instead "
     "of allocating and freeing large ones in every thread; and for system calls that could be made less often."},
}};

/// Why there were not enough CPUs.
std::string run_queue_advice(const Evidence& evidence) {
    const recording::Machine& machine = evidence.manifest.machine;
    const int threads = evidence.run.threads;
    if (machine.cgroup_cpu_limit && *machine.cgroup_cpu_limit < threads)
        return fmt::format("The control group allows {:.3g} CPUs: use at most as many threads, or raise the limit.",
                           *machine.cgroup_cpu_limit);
    if (machine.cpus < threads)
        return fmt::format(
            "There are {} CPUs: use at most as many threads, and set the thread count of BLAS and OpenMP "
            "libraries to 1 inside threads.",
            machine.cpus);
    return "The script runs more threads than it was told, or other processes want the CPUs: set the thread count of "
           "BLAS and OpenMP libraries to 1 inside threads, mind CPU affinity (os.sched_setaffinity, taskset), and "
           "measure while nothing else runs on the machine.";
}

/// Waiting for a child process counts as input.
std::string io_advice(const Evidence& evidence, const char* usual) {
    constexpr double kMostOfIt = 0.5;
    const double children_s = evidence.run.unrecorded_children_s;
    if (children_s < kMostOfIt * evidence.run.ledger[Category::Io]) return usual;
    return fmt::format(
        "The script waits for processes that it has started: they used {:.2f} s of CPU time, which is not in this "
        "report. --follow-children records those that run Python.",
        children_s);
}

std::string advice_of(const Rule& rule, const Evidence& evidence) {
    if (rule.category == Category::RunQueue) return run_queue_advice(evidence);
    return rule.category == Category::Io ? io_advice(evidence, rule.advice) : rule.advice;
}

void add_details(const Rule& rule, const Evidence& evidence, Finding& finding) {
    if (std::string shares = share_text(evidence, rule.category, false); !shares.empty())
        finding.evidence.push_back(std::move(shares));
    if (rule.category != Category::Kernel) return;
    if (std::string natives = share_text(evidence, rule.category, true); !natives.empty())
        finding.evidence.push_back("native functions: " + natives);
    finding.evidence.push_back(fmt::format("page faults a run: {:.0f} at {} threads, {:.0f} at {}",
                                           evidence.run.page_faults, evidence.run.threads,
                                           evidence.baseline.page_faults, evidence.baseline.threads));
}

Finding make_finding(const Rule& rule, const Evidence& evidence, const Function& function) {
    Finding finding;
    finding.rule = rule.name;
    finding.lost_cores = evidence.lost_beside_pool(rule.category);
    finding.uncertainty_cores = uncertainty_cores(evidence, rule.category);
    finding.title = fmt::format(fmt::runtime(rule.title), function_text(function, rule.category), finding.lost_cores);
    finding.evidence.push_back(ledger_text(evidence, rule.category));
    add_details(rule, evidence, finding);
    finding.advice = advice_of(rule, evidence);
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
    const double of_locks = evidence.cores(spin_of_locks(run) - spin_of_locks(evidence.baseline));
    const Function* function = main_function(evidence, Category::Spin);
    const double lost_cores = run.lost_cores(Category::Spin) - std::max(0.0, of_locks);
    if (function == nullptr || lost_cores < kSmallestFinding) return;
    Finding finding;
    finding.rule = "spin";
    finding.lost_cores = lost_cores;
    finding.uncertainty_cores = uncertainty_cores(evidence, Category::Spin);
    finding.title = fmt::format("threads yield in a loop in {}: {:.2f} cores", function_text(*function, Category::Spin),
                                lost_cores);
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
        const Function* function = main_function(evidence, rule.category);
        const double lost_cores = evidence.lost_beside_pool(rule.category);
        if (function == nullptr || !is_visible(evidence, rule.category, lost_cores)) continue;
        findings.push_back(make_finding(rule, evidence, *function));
    }
    add_spin(evidence, findings);
    return findings;
}

}  // namespace ftscale::analysis
