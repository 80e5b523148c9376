// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/runs.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "model/comparison.h"
#include "recording/disturbance.h"

namespace ftscale::analysis {
namespace {

using recording::Run;
using recording::RunTrace;

struct Candidate {
    const Run* run;
    const RunTrace* trace;
};

std::vector<Candidate> ordinary_runs(const recording::Recording& recording) {
    std::map<int, const RunTrace*> traces;
    for (const RunTrace& trace : recording.runs) traces.emplace(trace.run, &trace);
    std::vector<Candidate> candidates;
    for (const Run& run : recording.manifest.runs) {
        const auto trace = traces.find(run.id);
        if (trace == traces.end() || run.warmup || !run.control.empty() || run.threads < 1) continue;
        candidates.push_back({&run, trace->second});
    }
    return candidates;
}

void leave_out_disturbed(const recording::Machine& machine, std::vector<Candidate>& candidates) {
    constexpr int kEnough = 2;  // for an interval
    std::map<int, int> undisturbed;
    for (const Candidate& candidate : candidates)
        undisturbed[candidate.run->threads] += recording::is_disturbed(*candidate.run, machine) ? 0 : 1;
    std::erase_if(candidates, [&](const Candidate& candidate) {
        return undisturbed[candidate.run->threads] >= kEnough && recording::is_disturbed(*candidate.run, machine);
    });
}

}  // namespace

bool succeeded(const Run& run) { return run.outcome == recording::RunOutcome::Exited && run.exit_code == 0; }

std::vector<UsedRun> choose_runs(const recording::Recording& recording, const account::Sites& sites) {
    std::vector<Candidate> candidates = ordinary_runs(recording);
    const auto failed = [](const Candidate& candidate) { return !succeeded(*candidate.run); };
    if (!std::all_of(candidates.begin(), candidates.end(), failed)) std::erase_if(candidates, failed);
    if (recording.manifest.sweep.retry_disturbed > 0) leave_out_disturbed(recording.manifest.machine, candidates);
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return std::tie(a.run->threads, a.run->repeat) < std::tie(b.run->threads, b.run->repeat);
    });
    const account::Learnt learnt(recording, sites);
    std::vector<UsedRun> used;
    for (const Candidate& candidate : candidates)
        used.push_back({candidate.run, candidate.trace,
                        account::RunAccount(recording, *candidate.trace, *candidate.run, sites, learnt),
                        recording::is_disturbed(*candidate.run, recording.manifest.machine)});
    return used;
}

std::map<int, int> count_left_out(const recording::Recording& recording, const std::vector<UsedRun>& used) {
    std::set<int> ids;
    for (const UsedRun& one : used) ids.insert(one.run->id);
    std::map<int, int> left_out;
    for (const Candidate& candidate : ordinary_runs(recording)) {
        const bool is_disturbed = recording::is_disturbed(*candidate.run, recording.manifest.machine);
        if (is_disturbed && succeeded(*candidate.run) && !ids.contains(candidate.run->id))
            ++left_out[candidate.run->threads];
    }
    return left_out;
}

std::vector<std::string> region_names(const std::vector<UsedRun>& runs) {
    std::set<std::string> names;
    for (const UsedRun& used : runs)
        for (const auto& [name, region] : account::marked_regions(*used.trace, *used.run)) names.insert(name);
    return {names.begin(), names.end()};
}

std::vector<std::string> longest_regions(const std::vector<UsedRun>& runs, std::vector<std::string> names,
                                         std::size_t most) {
    if (names.size() <= most) return names;
    std::map<std::string, double> lengths;
    for (const UsedRun& used : runs)
        for (const auto& [name, region] : account::marked_regions(*used.trace, *used.run))
            lengths[name] += static_cast<double>(region.length_ns());
    std::stable_sort(names.begin(), names.end(),
                     [&](const std::string& a, const std::string& b) { return lengths[a] > lengths[b]; });
    names.resize(most);
    std::sort(names.begin(), names.end());
    return names;
}

account::Region region_of(const RunTrace& trace, const Run& run, const RegionChoice& choice) {
    if (!choice.marked) return account::script_region(trace, run);
    const auto marked = account::marked_regions(trace, run);
    if (choice.name.empty()) return account::union_of(marked);
    const auto found = marked.find(choice.name);
    return found == marked.end() ? account::Region() : found->second;
}

std::vector<MeasuredRun> measure_runs(const std::vector<UsedRun>& runs, const RegionChoice& choice) {
    std::vector<MeasuredRun> measured;
    for (const UsedRun& used : runs) {
        const account::Region region = region_of(*used.trace, *used.run, choice);
        if (region.length_ns() > 0)
            measured.push_back({used.run, used.account.ledger(region, used.run->threads), used.is_disturbed});
    }
    return measured;
}

void keep_fastest(std::vector<MeasuredRun>& runs) {
    std::map<int, std::vector<double>> times_by_count;
    for (const MeasuredRun& run : runs) times_by_count[run.run->threads].push_back(run.ledger.wall_s);
    std::map<int, double> longest;  // that is kept
    for (auto& [threads, times] : times_by_count) {
        std::sort(times.begin(), times.end());
        longest[threads] = times[model::fastest_runs(times.size()) - 1];
    }
    std::erase_if(runs, [&](const MeasuredRun& run) { return run.ledger.wall_s > longest[run.run->threads]; });
}

}  // namespace ftscale::analysis
