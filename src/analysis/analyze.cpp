// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/analyze.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "account/frame_names.h"
#include "account/sites.h"
#include "analysis/calibration.h"
#include "analysis/controls.h"
#include "analysis/counts.h"
#include "analysis/curve.h"
#include "analysis/efficiencies.h"
#include "analysis/findings/findings.h"
#include "analysis/measurement.h"
#include "analysis/places.h"
#include "analysis/runs.h"
#include "analysis/thread_use.h"
#include "analysis/warnings.h"

namespace ftscale::analysis {

namespace {

std::vector<MeasuredRun> measure(const std::vector<UsedRun>& runs, const RegionChoice& choice, const Options& options) {
    std::vector<MeasuredRun> measured = measure_runs(runs, choice);
    if (options.fastest) keep_fastest(measured);
    return measured;
}

/// The regions that are explained one by one.
std::vector<std::string> chosen_regions(const std::vector<UsedRun>& runs, const std::vector<std::string>& marked,
                                        const Options& options) {
    if (options.region.empty()) return longest_regions(runs, marked);
    const bool is_there = std::find(marked.begin(), marked.end(), options.region) != marked.end();
    return is_there ? std::vector<std::string>{options.region} : std::vector<std::string>();
}

}  // namespace

Analysis analyze(const recording::Recording& recording, const symbols::Symbols& symbols, const Options& options) {
    const account::SymbolNames names(symbols);
    const account::Sites sites(recording.stacks, names);
    const Places places(sites);
    const std::vector<UsedRun> runs = choose_runs(recording, sites);
    std::map<int, int> left_out = count_left_out(recording, runs);
    const std::vector<std::string> marked = options.whole ? std::vector<std::string>() : region_names(runs);

    Analysis analysis;
    analysis.manifest = recording.manifest;
    analysis.measurement = summarise_measurement(runs);
    analysis.measurement.calibration = calibrate(recording.manifest);
    const RegionChoice all{!marked.empty(), {}};
    const std::vector<MeasuredRun> measured = measure(runs, all, options);
    state_counters(measured, recording.manifest, analysis.measurement);
    analysis.whole = make_region_result({}, measured, recording.manifest, places);
    add_efficiencies(measured, analysis.measurement, analysis.whole);
    const std::vector<std::optional<ThreadUse>> thread_uses = measure_thread_use(runs, sites);
    add_thread_use(runs, thread_uses, measured, analysis.whole);
    analysis.whole.controls = measure_controls(recording, all, analysis.whole.points);
    for (const std::string& name : chosen_regions(runs, marked, options)) {
        const std::vector<MeasuredRun> in_region = measure(runs, {true, name}, options);
        RegionResult region = make_region_result(name, in_region, recording.manifest, places);
        add_efficiencies(in_region, analysis.measurement, region);
        add_thread_use(runs, thread_uses, in_region, region);
        region.controls = measure_controls(recording, {true, name}, region.points);
        analysis.regions.push_back(std::move(region));
    }
    for (Point& point : analysis.whole.points) point.left_out = left_out[point.threads];
    if (!analysis.whole.points.empty()) analysis.baseline_threads = analysis.whole.points.front().threads;
    analysis.findings = find_causes(analysis.whole, recording.manifest, analysis.measurement);
    analysis.warnings = find_warnings(recording, runs, analysis);
    if (options.region.empty() && marked.size() > analysis.regions.size())
        analysis.warnings.push_back(region_warning(marked.size(), analysis.regions.size()));
    std::vector<Warning> unnamed = symbol_warnings(recording, symbols, measured);
    std::move(unnamed.begin(), unnamed.end(), std::back_inserter(analysis.warnings));
    return analysis;
}

}  // namespace ftscale::analysis
