// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/findings/findings.h"

#include <algorithm>
#include <iterator>

namespace ftscale::analysis {
namespace {

/// By the share of all cores that is lost.
const char* severity_of(double lost_cores, int threads) {
    const double share = lost_cores / threads;
    if (share >= 0.2) return "high";
    return share >= 0.08 ? "medium" : "low";
}

}  // namespace

std::vector<Finding> find_causes(const RegionResult& region, const recording::Manifest& manifest,
                                 const Measurement& measurement) {
    if (region.runs.size() < 2) return {};
    const Evidence evidence{region.runs.back(), region.runs.front(), manifest, measurement};
    std::vector<Finding> findings;
    for (const auto rule : {lock_findings, refcount_findings, pause_findings, gil_findings, work_findings,
                            serial_findings, cause_findings}) {
        std::vector<Finding> found = rule(evidence);
        std::move(found.begin(), found.end(), std::back_inserter(findings));
    }
    std::erase_if(findings, [](const Finding& finding) { return finding.lost_cores < kSmallestFinding; });
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.lost_cores > b.lost_cores; });
    if (findings.size() > kMostFindings) findings.resize(kMostFindings);
    for (Finding& finding : findings) finding.severity = severity_of(finding.lost_cores, evidence.run.threads);
    return findings;
}

}  // namespace ftscale::analysis
