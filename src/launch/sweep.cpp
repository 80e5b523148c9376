// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/sweep.h"

#include <fmt/format.h>
#include <string.h>

#include <map>

#include "launch/affinity.h"

namespace ftscale::launch {
namespace {

using recording::Run;
using recording::RunOutcome;

Run make_run(int id, const PlannedRun& planned, const std::vector<Cpu>& topology, const recording::Manifest& manifest) {
    Run run;
    run.id = id;
    run.threads = planned.threads;
    run.repeat = planned.repeat;
    run.outcome = RunOutcome::Interrupted;
    const Placement placement = choose_cpus(topology, planned.threads);
    if (manifest.sweep.pinned) run.cpus = placement.cpus;
    run.smt_siblings = placement.smt_siblings;
    const auto limit = manifest.machine.cgroup_cpu_limit;
    run.oversubscribed = placement.oversubscribed || (limit && planned.threads > *limit);
    return run;
}

void note_execution(Run& run, const Execution& execution) {
    run.outcome = execution.outcome;
    run.exit_code = execution.exit_code;
    run.signal = execution.signal;
    run.start_error = execution.start_error;
    run.started_ns = execution.started_ns;
    run.ended_ns = execution.ended_ns;
    run.user_s = execution.user_s;
    run.system_s = execution.system_s;
}

double wall_s(const Run& run) { return 1e-9 * static_cast<double>(run.ended_ns - run.started_ns); }

struct Mean {
    double sum = 0;
    int count = 0;
    void add(double value) {
        sum += value;
        ++count;
    }
    double value() const { return sum / count; }
};

SweepEnd make_runs(const std::vector<PlannedRun>& plan, Executor& executor, const SweepSurroundings& surroundings,
                   recording::Manifest& manifest) {
    for (std::size_t index = 0; index < plan.size(); ++index) {
        if (executor.is_interrupted()) return SweepEnd::Interrupted;
        const auto remaining = estimate_remaining_s(plan, index, manifest.runs);
        surroundings.announce({index + 1, plan.size(), plan[index], remaining});
        manifest.runs.push_back(make_run(static_cast<int>(index), plan[index], surroundings.topology, manifest));
        surroundings.save(manifest);
        Run& run = manifest.runs.back();
        note_execution(run, executor.execute(surroundings.command_for(run)));
        const bool is_success = run.outcome == RunOutcome::Exited && run.exit_code == 0;
        run.warmup = is_success && plan[index].warmup;
        surroundings.save(manifest);
        if (run.outcome == RunOutcome::Interrupted) return SweepEnd::Interrupted;
        if (!is_success) return SweepEnd::Failed;
    }
    return SweepEnd::Complete;
}

}  // namespace

SweepEnd run_sweep(const std::vector<PlannedRun>& plan, Executor& executor, const SweepSurroundings& surroundings,
                   recording::Manifest& manifest) {
    manifest.interrupted = true;
    const SweepEnd end = make_runs(plan, executor, surroundings, manifest);
    manifest.interrupted = end == SweepEnd::Interrupted;
    surroundings.save(manifest);
    return end;
}

std::string describe_outcome(const Run& run) {
    switch (run.outcome) {
        case RunOutcome::Exited:
            return fmt::format("exit status {}", run.exit_code);
        case RunOutcome::Signalled:
            return fmt::format("killed by signal {} ({})", run.signal, strsignal(run.signal));
        case RunOutcome::TimedOut:
            return "time limit exceeded";
        case RunOutcome::Interrupted:
            return "interrupted";
        case RunOutcome::FailedToStart:
            return run.start_error;
    }
    return {};
}

std::optional<double> estimate_remaining_s(const std::vector<PlannedRun>& plan, std::size_t done,
                                           const std::vector<Run>& made) {
    Mean of_all;
    std::map<int, Mean> by_threads;
    for (const Run& run : made) {
        of_all.add(wall_s(run));
        by_threads[run.threads].add(wall_s(run));
    }
    if (of_all.count == 0) return std::nullopt;
    double remaining = 0;
    for (std::size_t index = done; index < plan.size(); ++index) {
        const auto known = by_threads.find(plan[index].threads);
        remaining += known == by_threads.end() ? of_all.value() : known->second.value();
    }
    return remaining;
}

}  // namespace ftscale::launch
