// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "analysis/findings/findings.h"

namespace ftscale::analysis {
namespace {

using account::Category;

/// "make (1.20 CPUs), cc1plus (0.31)"
std::string busiest_text(const OtherUse& others) {
    std::string text;
    for (const auto& [command, cpus] : others.busiest)
        text +=
            text.empty() ? fmt::format("{} ({:.2f} CPUs)", command, cpus) : fmt::format(", {} ({:.2f})", command, cpus);
    return text;
}

std::string title_of(const OtherUse& others, int threads) {
    const std::string runs = fmt::format("during the runs at {} threads", threads);
    if (others.stolen_cpus > others.cpus)
        return fmt::format("the hypervisor gave {:.2f} CPUs to other machines {}", others.stolen_cpus, runs);
    return fmt::format("other programs used {:.2f} CPUs {}", others.cpus, runs);
}

std::string runs_text(const OtherUse& others) {
    if (others.disturbed == others.runs) return "all runs were disturbed";
    return fmt::format("{} of {} runs were disturbed", others.disturbed, others.runs);
}

/// Other programs, and the hypervisor, where they disturbed the runs.
std::optional<Finding> programs_finding(const Evidence& evidence) {
    const std::optional<OtherUse>& others = evidence.run.others;
    if (!others || others->disturbed == 0 || others->cpus + others->stolen_cpus < kSmallestFinding) return std::nullopt;
    Finding finding;
    finding.rule = rule::kOtherLoad;
    finding.lost_cores = std::max(0.0, evidence.queue_lost_to(&RunResult::queued_for_others_s));
    finding.uncertainty_cores = uncertainty_cores(evidence, Category::RunQueue);
    finding.title = title_of(*others, evidence.run.threads);
    finding.evidence.push_back(fmt::format("{}: the script's threads waited {:.2f} cores for a CPU because of that",
                                           runs_text(*others), finding.lost_cores));
    if (std::string busiest = busiest_text(*others); !busiest.empty())
        finding.evidence.push_back("busiest: " + std::move(busiest));
    finding.evidence.push_back(
        "threads that are held up hold up others: what waits, or runs alone, for less than others took is not told "
        "apart from that");
    finding.advice = "Measure again on a quiet machine, or on CPUs that nothing else uses (taskset, cpusets).";
    return finding;
}

/// The script's own children are not strangers, but take its CPUs all the same.
std::optional<Finding> children_finding(const Evidence& evidence) {
    const double lost_cores = evidence.queue_lost_to(&RunResult::queued_for_children_s);
    if (!is_visible(evidence, Category::RunQueue, lost_cores)) return std::nullopt;
    Finding finding;
    finding.rule = "children_load";
    finding.lost_cores = lost_cores;
    finding.uncertainty_cores = uncertainty_cores(evidence, Category::RunQueue);
    finding.title =
        fmt::format("threads wait {:.2f} cores for CPUs that processes of the script's own have", lost_cores);
    finding.evidence.push_back(ledger_text(evidence, Category::RunQueue));
    finding.evidence.push_back(fmt::format("processes that it started used {:.3f} s of CPU time a run at {} threads",
                                           evidence.run.unrecorded_children_s, evidence.run.threads));
    finding.advice =
        "Run what the script starts (a server under test, a load generator) on CPUs of its own, as with "
        "taskset, or measure with fewer threads.";
    return finding;
}

}  // namespace

std::vector<Finding> other_load_findings(const Evidence& evidence) {
    std::vector<Finding> findings;
    for (const auto find : {programs_finding, children_finding})
        if (std::optional<Finding> finding = find(evidence)) findings.push_back(std::move(*finding));
    return findings;
}

}  // namespace ftscale::analysis
