// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "support/sample_checks.h"

namespace ftscale::tests {

using compare::CheckResult;
using compare::Verdict;

CheckResult failed_check() {
    CheckResult result;
    result.verdict = Verdict::Fail;
    result.threads = 2;
    result.outcomes = {{"max-regression", {}, 2, Verdict::Fail, 0.9, 0.95, model::Interval{0.87, 0.93}, {}, {}, {}},
                       {"min-speedup", {}, 2, Verdict::Inconclusive, 1.7, 1.7, model::Interval{1.6, 1.8}, 12, {}, {}},
                       {"max-loss", "function:<lambda>", 2, Verdict::Pass, 0.1, 0.3, {}, {}, {}, {}}};
    result.grown = {{"function", {"a|b </failure> \"c\" & d", "app.py", 0.31, 0.01, {"/repo/src/a,b.py", 12}}, 0.05}};
    return result;
}

CheckResult invalid_check() {
    CheckResult result;
    result.verdict = Verdict::Invalid;
    result.reasons = {"CPUs: 4 now, 2 in the baseline", "GIL: on now, off in the baseline"};
    return result;
}

CheckResult passed_check() {
    CheckResult result;
    result.verdict = Verdict::Pass;
    result.threads = 2;
    result.outcomes = {{"min-speedup", {}, 2, Verdict::Pass, 1.9, 1.7, model::Interval{1.8, 2.0}, {}, {}, {}}};
    return result;
}

CheckResult inconclusive_check() {
    CheckResult result;
    result.verdict = Verdict::Inconclusive;
    result.threads = 2;
    result.outcomes = {
        {"max-regression", {}, 2, Verdict::Inconclusive, 0.96, 0.95, model::Interval{0.9, 1.02}, 25, {}, {}},
        {"max-regression", {}, 4, Verdict::Inconclusive, 0, 0.95, {}, {}, "a single run has no spread", {}}};
    return result;
}

compare::Figures checked_figures() {
    compare::Figures figures;
    figures.command = "bench.py \"x\" <y>";
    figures.scaling = "strong";
    figures.points = {{1, {1.0, 1.02, 0.99, 1.01, 1.0, 0.98}}, {2, {0.55, 0.56, 0.54, 0.55, 0.57, 0.55}}};
    return figures;
}

}  // namespace ftscale::tests
