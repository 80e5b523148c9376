// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/fits.h"

#include <map>
#include <set>

#include "model/amdahl.h"
#include "model/usl.h"

namespace ftscale::analysis {
namespace {

/// Beyond four times the largest thread count that was run, any law is a guess.
constexpr int kPredictedFactors[] = {2, 4};

model::ScalingCurve curve_of(const std::vector<TimedRun>& runs) {
    std::set<int> counts;
    std::map<int, std::map<int, double>> times_by_repeat;
    for (const TimedRun& run : runs) {
        if (run.oversubscribed) continue;
        counts.insert(run.threads);
        times_by_repeat[run.repeat][run.threads] = run.time_s;
    }
    model::ScalingCurve curve{{counts.begin(), counts.end()}, {}};
    for (const auto& [repeat, times] : times_by_repeat) {
        if (times.size() != counts.size()) continue;
        std::vector<double>& row = curve.repeats_s.emplace_back();
        for (const auto& [threads, time_s] : times) row.push_back(time_s);
    }
    return curve;
}

/// Why points that can be seen in the curve were not used.
std::string with_exclusions(std::string reason, const std::vector<TimedRun>& runs) {
    std::set<int> excluded;
    for (const TimedRun& run : runs)
        if (run.oversubscribed) excluded.insert(run.threads);
    if (reason.empty() || excluded.empty()) return reason;
    reason += "; not counting";
    const char* before = " ";
    for (const int threads : excluded) {
        reason += before + std::to_string(threads);
        before = ", ";
    }
    return reason + ", which is more than there are CPUs";
}

}  // namespace

std::optional<Prediction> predict(const RegionResult& region, int threads) {
    if (!region.law) return std::nullopt;
    const model::FittedLaw& fitted = region.law->fitted;
    return Prediction{threads, fitted.law.speedup_at(threads), fitted.speedup_ci95(threads)};
}

void add_fits(const std::vector<TimedRun>& runs, RegionResult& result) {
    const model::ScalingCurve curve = curve_of(runs);
    const auto amdahl = model::fit_amdahl(curve);
    const auto usl = model::fit_usl(curve);
    result.why_no_amdahl = with_exclusions(amdahl.reason, runs);
    result.why_no_usl = with_exclusions(usl.reason, runs);
    if (amdahl.fit) {
        result.amdahl = AmdahlFit{amdahl.fit->serial_fraction, amdahl.fit->ci95};
        result.law = PredictingLaw{"amdahl", amdahl.fit->law};
    }
    if (const auto& fit = usl.fit) {
        result.usl = UslFit{fit->sigma, fit->kappa, fit->sigma_ci95, fit->kappa_ci95, {}, {}, {}};
        if (fit->peak) {
            result.usl->peak_threads = fit->peak->threads;
            result.usl->peak_low = fit->peak->low;
            result.usl->peak_high = fit->peak->high;
        }
        if (fit->law.covariance) result.law = PredictingLaw{"usl", fit->law};
    }
    if (result.law)
        for (const int factor : kPredictedFactors)
            result.predictions.push_back(*predict(result, factor * curve.threads.back()));
}

}  // namespace ftscale::analysis
