// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/findings/findings.h"

#include <algorithm>
#include <iterator>

namespace ftscale::analysis {
namespace {

using account::Category;

/// By the share of all cores that is lost.
const char* severity_of(double lost_cores, int threads) {
    const double share = lost_cores / threads;
    if (share >= 0.2) return "high";
    return share >= 0.08 ? "medium" : "low";
}

bool takes_cpus(const Finding& finding) {
    return finding.rule == "library_pool" || finding.rule == "run_queue" || finding.rule == "children_load" ||
           finding.rule == rule::kOtherLoad;
}

/// How much of the time that threads are runnable they have no CPU.
double queued_share(const RunResult& run) {
    const double queued = run.ledger[Category::RunQueue];
    double runnable = queued;
    for (const Category category : {Category::Work, Category::Refcount, Category::Gc, Category::Kernel})
        runnable += run.ledger[category];
    return runnable > 0 ? queued / runnable : 0;
}

/// Cores lost to a cause and to what goes with it: a wait lasts as long as the thread that is waited for takes, some of
/// that in the run queue.
double cores_without(const Finding& finding, const Evidence& evidence) {
    if (!takes_cpus(finding)) return finding.named_share * finding.lost_cores;
    return finding.lost_cores + queued_share(evidence.run) * waiting_cores_beside_pool(evidence);
}

/// As useful and lost cores sum to the thread count n, the run would take (n - lost) / n of its time. An estimate:
/// where one cause goes another may take its place.
std::optional<double> speedup_without(double lost_cores, const Point& point) {
    const double left = point.threads - lost_cores;
    if (left <= 0) return std::nullopt;
    return std::min(point.speedup * point.threads / left, std::max<double>(point.threads, point.speedup));
}

/// Half the width of its 95 % confidence interval, for the same work at each thread count.
double uncertainty_of_speedup(const RegionResult& region, const RunResult& run) {
    for (const Point& point : region.points)
        if (point.threads == run.threads && point.speedup_ci95)
            return (point.speedup_ci95->second - point.speedup_ci95->first) / (2 * run.ideal);
    return 0;
}

}  // namespace

std::vector<Finding> find_causes(const RegionResult& region, const recording::Manifest& manifest,
                                 const Measurement& measurement) {
    if (region.runs.size() < 2) return {};
    Evidence evidence{region.runs.back(), region.runs.front(), manifest, measurement};
    evidence.pool = find_library_pool(evidence);
    std::vector<Finding> findings;
    for (const auto rule : {lock_findings, refcount_findings, pause_findings, gil_findings, work_findings,
                            serial_findings, library_pool_findings, other_load_findings, cause_findings}) {
        std::vector<Finding> found = rule(evidence);
        std::move(found.begin(), found.end(), std::back_inserter(findings));
    }
    std::erase_if(findings, [](const Finding& finding) { return finding.lost_cores < kSmallestFinding; });
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.lost_cores > b.lost_cores; });
    std::optional<Finding> of_count = thread_count_finding(evidence);
    if (of_count) {
        of_count->uncertainty_cores = uncertainty_of_speedup(region, evidence.run);
        std::erase_if(findings, is_moot_beside_count);
        findings.insert(findings.begin(), *of_count);
    }
    if (findings.size() > kMostFindings) findings.resize(kMostFindings);
    for (Finding& finding : findings) {
        finding.severity = severity_of(finding.lost_cores, evidence.run.threads);
        // Where the count is not heeded it is not known what more threads would do.
        if (!of_count)
            finding.speedup_without = speedup_without(cores_without(finding, evidence), region.points.back());
    }
    return findings;
}

}  // namespace ftscale::analysis
