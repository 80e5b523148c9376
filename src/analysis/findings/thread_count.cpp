// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include "analysis/findings/counter_evidence.h"
#include "analysis/findings/findings.h"
#include "analysis/functions.h"

namespace ftscale::analysis {
namespace {

using account::Category;

// The lowest and the highest thread count are compared. The script takes no notice of the count where
//   - as many threads began at both. One that heeds the count starts more, be they idle, short-lived, or all behind one
//     lock. Means over the repeats, so half a thread is less than a difference;
//   - as many of them were busy at a time, for there are scripts that start a thread per task and let as many as the
//     count run. Or at the lowest count there were more than that and one who hands out the work: such a pool is
//     larger than it was told, and how many of its threads meet depends on how many CPUs they share;
//   - both took the same CPU time: the same work was done;
//   - the highest count was no faster: one thread may well have as many requests under way as the count says. Time on
//     CPU and in the run queue is left out of this, as another thread or program that wants the CPU makes it longer.
//     Nor does it count where more threads were busy than the lowest count asks for: as runs are pinned to as many CPUs
//     as they have threads, such a pool gets faster by CPUs.
constexpr double kSameThreads = 0.5;
constexpr double kSameTime = 0.25;     // of the CPU time: what it differs by on a machine that does other things, too
constexpr double kClockNoiseS = 0.01;  // about ten samples
constexpr double kFaster = 0.1;        // of the wall time, saved: beyond what repeats differ by
// Other processes, or a library's own threads, may heed the count instead: no claim where they did much of the work.
constexpr double kElsewhere = 0.05;  // of the CPU time

// Each thread does the whole work where, in strong scaling,
//   - the threads that are busy at a time are more by as many as the count is;
//   - CPU time grew in proportion to the count (the whole growth, within kSameTime), and it is `work` that did: threads
//     that contend for locks or reference counts grow in other categories;
//   - the highest count was no faster;
//   - all of the work grew alike. Threads that slow each other down, for memory bandwidth or a cache line, do so in
//     some lines and functions and not in others, so that the shares of these shift; those of work that is done n times
//     do not. Where instructions were counted these say it better.
// This leaves a loop of a single line that happens to be slowed down by the very factor: the advice names both.
constexpr double kAlike = 0.1;  // of the work: what may have moved, beyond sampling, as a part that runs alone does

bool are_close(double a, double b, double within) { return std::abs(a - b) < within; }

bool is_same_time(double now, double before) { return are_close(now, before, kSameTime * before + kClockNoiseS); }

double wall_s(const RunResult& run) { return run.capacity_s / run.threads; }

bool worked_elsewhere(const RunResult& run) {
    return run.unrecorded_children_s + run.thread_use->library_s > kElsewhere * run.thread_use->cpu_s + kClockNoiseS;
}

/// How long the busy threads ran or were ready to.
double runnable_s(const ThreadUse& use) { return (use.cpu_s + use.queued_s) / std::max(1.0, use.busy); }

bool is_faster(const Evidence& evidence) {
    const double saved_s = wall_s(evidence.baseline) - wall_s(evidence.run);
    const double by_cpus_s = runnable_s(*evidence.baseline.thread_use) - runnable_s(*evidence.run.thread_use);
    return saved_s - std::max(0.0, by_cpus_s) > kFaster * wall_s(evidence.baseline);
}

bool has_more_than_told(const Evidence& evidence) {
    return evidence.baseline.thread_use->busy > evidence.baseline.threads + kSameThreads;
}

bool ignores_count(const Evidence& evidence) {
    const ThreadUse &now = *evidence.run.thread_use, &before = *evidence.baseline.thread_use;
    const bool are_as_busy =
        are_close(now.busy, before.busy, kSameThreads) || before.busy > evidence.baseline.threads + 1 + kSameThreads;
    return are_close(now.threads, before.threads, kSameThreads) && are_as_busy &&
           is_same_time(now.cpu_s, before.cpu_s) && (!is_faster(evidence) || has_more_than_told(evidence));
}

using Shares = std::map<std::pair<Place, int>, double>;  // of work, by line of Python, or by native function

Shares work_shares(const RunResult& run, bool native) {
    Shares shares;
    const double all_s = run.ledger[Category::Work];
    for (const Function& function : run.functions) {
        if (function.place.native != native || all_s <= 0) continue;
        if (native) shares[{function.place, 0}] += function.self[Category::Work] / all_s;
        for (const auto& [line, amounts] : function.by_line)
            if (!native) shares[{function.place, line}] += amounts[Category::Work] / all_s;
    }
    return shares;
}

double work_samples(const RunResult& run, double frequency_hz) {
    return run.ledger[Category::Work] * frequency_hz * static_cast<double>(run.repeats.size());
}

/// How much of the work moved from one place to another, beyond two standard errors of the places' shares.
double moved_share(const Evidence& evidence, bool native) {
    const Shares now = work_shares(evidence.run, native), before = work_shares(evidence.baseline, native);
    const double now_samples = work_samples(evidence.run, evidence.measurement.frequency_hz);
    const double samples = work_samples(evidence.baseline, evidence.measurement.frequency_hz);
    std::map<Shares::key_type, std::pair<double, double>> both;
    for (const auto& [where, share] : now) both[where].first = share;
    for (const auto& [where, share] : before) both[where].second = share;
    double moved = 0;
    for (const auto& [where, shares] : both) {
        const double error = std::sqrt(shares.first / now_samples + shares.second / samples);
        moved += std::max(0.0, std::abs(shares.first - shares.second) - 2 * error);
    }
    return moved / 2;
}

bool grew_alike(const Evidence& evidence) {
    if (evidence.run.work_split) return main_work_part(evidence) == WorkPart::MoreInstructions;
    const bool has_samples = evidence.measurement.frequency_hz > 0 && evidence.baseline.ledger[Category::Work] > 0;
    return has_samples && moved_share(evidence, false) < kAlike && moved_share(evidence, true) < kAlike;
}

bool multiplies_work(const Evidence& evidence) {
    const RunResult &run = evidence.run, &baseline = evidence.baseline;
    if (evidence.manifest.sweep.scaling == recording::Scaling::Weak) return false;
    const double times = static_cast<double>(run.threads) / baseline.threads;
    const double whole_growth = (times - 1) * baseline.thread_use->cpu_s;
    const double growth = run.thread_use->cpu_s - baseline.thread_use->cpu_s;
    return are_close(run.thread_use->busy - baseline.thread_use->busy, run.threads - baseline.threads, kSameThreads) &&
           are_close(growth, whole_growth, kSameTime * whole_growth + kClockNoiseS) &&
           run.loss[Category::Work] > (1 - kSameTime) * growth && !is_faster(evidence) && grew_alike(evidence);
}

std::string threads_text(double count) {
    return fmt::format("{:.0f} thread{}", count, std::lround(count) == 1 ? "" : "s");
}

/// "at 2 threads: 1 thread beside the main one, 1 busy at a time, 0.412 s of CPU time in 0.420 s"
std::string use_text(const RunResult& run) {
    const ThreadUse& use = *run.thread_use;
    const std::string others = use.threads < 1.5 ? "no thread" : threads_text(use.threads - 1);
    return fmt::format("at {}: {} beside the main one, {:.0f} busy at a time, {:.3f} s of CPU time in {:.3f} s",
                       threads_text(run.threads), others, use.busy, use.cpu_s, wall_s(run));
}

std::string busy_text(double busy) {
    if (busy < kSameThreads) return "no thread is busy for long";
    return threads_text(busy) + (std::lround(busy) == 1 ? " is busy at a time" : " are busy at a time");
}

bool is_told_by_argument(const recording::Manifest& manifest) {
    return std::any_of(manifest.argv.begin(), manifest.argv.end(),
                       [](const std::string& word) { return word.find("{threads}") != std::string::npos; });
}

bool is_pytest(const recording::Manifest& manifest) {
    const auto& argv = manifest.argv;
    const std::string& program = argv.size() > 1 && argv[0] == "-m" ? argv[1] : argv.empty() ? std::string() : argv[0];
    const std::string_view name = std::string_view(program).substr(program.rfind('/') + 1);
    return name == "pytest" || name == "py.test";
}

std::string advice_for_ignored(const Evidence& evidence) {
    const std::string enough = fmt::format("If it does so already, it has work for {} at a time, and no more.",
                                           threads_text(std::max(1.0, evidence.run.thread_use->busy)));
    if (is_told_by_argument(evidence.manifest))
        return "It is told the thread count by {threads} in its arguments: see whether it starts as many threads. " +
               enough;
    if (is_pytest(evidence.manifest))
        return "pytest runs one test after another. With pytest-run-parallel, and --parallel-threads {threads} in the "
               "arguments, each test runs in as many threads at once; measure that with --scaling weak.";
    return "Does it take the thread count? Where it has an option for that, pass {threads}, as in --workers {threads}; "
           "else let it start as many threads as the variable FTSCALE_THREADS says. " +
           enough;
}

/// In cores, by the time that the same work took: weak scaling, too, would take it for more work otherwise.
double cores_lost_by_same_work(const Evidence& evidence) {
    const double speedup = evidence.baseline.threads * wall_s(evidence.baseline) / wall_s(evidence.run);
    return std::max(0.0, evidence.run.threads - speedup);
}

Finding ignored_finding(const Evidence& evidence) {
    const RunResult &run = evidence.run, &baseline = evidence.baseline;
    const double busy = std::max(baseline.thread_use->busy, run.thread_use->busy);
    Finding finding;
    finding.rule = rule::kCountIgnored;
    finding.lost_cores = cores_lost_by_same_work(evidence);
    finding.title = fmt::format("the script does the same at {} and {} threads: whatever it is told, {}",
                                baseline.threads, run.threads, busy_text(busy));
    finding.evidence = {use_text(baseline), use_text(run)};
    if (evidence.manifest.sweep.pinned && has_more_than_told(evidence))
        finding.evidence.emplace_back(
            "runs are pinned to as many CPUs as they have threads: the curve is that of CPUs");
    finding.advice = advice_for_ignored(evidence);
    return finding;
}

Finding multiplied_finding(const Evidence& evidence) {
    const RunResult &run = evidence.run, &baseline = evidence.baseline;
    Finding finding;
    finding.rule = rule::kWorkMultiplied;
    finding.lost_cores = evidence.cores(run.loss_s);
    finding.title =
        fmt::format("{} take {:.2f}x the CPU time of {}: each seems to do the whole work", threads_text(run.threads),
                    run.thread_use->cpu_s / baseline.thread_use->cpu_s, baseline.threads);
    finding.evidence = {use_text(baseline), use_text(run)};
    finding.advice =
        "Where each thread is meant to do as much as one alone, measure with --scaling weak. Else divide the work by "
        "the thread count: {threads} in the arguments, or the variable FTSCALE_THREADS. If it is divided already, the "
        "threads slow each other down without waiting: --control processes tells the machine's part.";
    return finding;
}

}  // namespace

std::optional<Finding> thread_count_finding(const Evidence& evidence) {
    const RunResult &run = evidence.run, &baseline = evidence.baseline;
    const bool is_known = run.thread_use && baseline.thread_use && wall_s(baseline) > 0 && wall_s(run) > 0;
    if (!is_known || worked_elsewhere(run) || worked_elsewhere(baseline)) return std::nullopt;
    if (ignores_count(evidence)) return ignored_finding(evidence);
    if (multiplies_work(evidence)) return multiplied_finding(evidence);
    return std::nullopt;
}

bool is_about_count(const Finding& finding) {
    return finding.rule == rule::kCountIgnored || finding.rule == rule::kWorkMultiplied;
}

bool is_moot_beside_count(const Finding& finding) {
    static constexpr std::array<std::string_view, 7> kMoot = {"serial", "imports",   "starved", "io",
                                                              "sleep",  "run_queue", "work"};
    return std::find(kMoot.begin(), kMoot.end(), finding.rule) != kMoot.end();
}

}  // namespace ftscale::analysis
