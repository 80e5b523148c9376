// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/sweep.h"

#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "launch/affinity.h"
#include "recording/disturbance.h"

namespace ftscale::launch {
namespace {

using recording::Run;
using recording::RunOutcome;

Run make_run(int id, const PlannedRun& planned, const std::vector<Cpu>& topology, const recording::Manifest& manifest) {
    Run run;
    run.id = id;
    run.threads = planned.threads;
    run.repeat = planned.repeat;
    run.control = planned.control;
    run.has_probe = planned.has_probe;
    run.outcome = RunOutcome::Interrupted;
    const Placement placement = choose_cpus(topology, planned.threads);
    if (manifest.sweep.pinned) run.cpus = placement.cpus;
    run.smt_siblings = placement.smt_siblings;
    const auto limit = manifest.machine.cgroup_cpu_limit;
    run.oversubscribed = placement.oversubscribed || (limit && planned.threads > *limit);
    return run;
}

/// One run, or as many as there are processes, each on a CPU of its own while there are enough.
void add_runs(const PlannedRun& planned, const std::vector<Cpu>& topology, recording::Manifest& manifest) {
    const int count = planned.control == recording::kProcessesControl ? planned.threads : 1;
    for (int process = 0; process < count; ++process) {
        Run run = make_run(static_cast<int>(manifest.runs.size()), planned, topology, manifest);
        if (count > 1 && run.cpus.size() == static_cast<std::size_t>(count))
            run.cpus = {run.cpus[static_cast<std::size_t>(process)]};
        manifest.runs.push_back(std::move(run));
    }
}

bool is_of_kind(const Run& run, const PlannedRun& planned) {
    return run.threads == planned.threads && run.control == planned.control && run.has_probe == planned.has_probe;
}

bool is_ordinary(const PlannedRun& planned) { return planned.control.empty() && planned.has_probe; }

/// What failed once would fail again.
bool has_failed_before(const PlannedRun& planned, const std::vector<Run>& made) {
    return std::any_of(made.begin(), made.end(),
                       [&](const Run& run) { return is_of_kind(run, planned) && !succeeded(run); });
}

double wall_s(const Run& run) {
    return run.ended_ns > run.started_ns ? 1e-9 * static_cast<double>(run.ended_ns - run.started_ns) : 0;
}

struct Mean {
    double sum = 0;
    int count = 0;
    void add(double value) {
        sum += value;
        ++count;
    }
    double value() const { return sum / count; }
};

/// Makes one planned run and describes it in manifest.runs. False when the user has put an end to it.
bool make_planned(const std::vector<PlannedRun>& plan, std::size_t index, Executor& executor,
                  const SweepSurroundings& surroundings, recording::Manifest& manifest) {
    const PlannedRun& planned = plan[index];
    const std::size_t first = manifest.runs.size();
    add_runs(planned, surroundings.topology, manifest);
    surroundings.save(manifest);
    const std::span<Run> runs(manifest.runs.begin() + static_cast<std::ptrdiff_t>(first), manifest.runs.end());
    std::vector<Command> commands;
    for (const Run& run : runs) commands.push_back(surroundings.command_for(run, threads_to_come(plan, index)));
    const std::vector<Execution> executions = executor.execute_together(commands);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        note_execution(runs[i], executions[i]);
        runs[i].warmup = planned.warmup && succeeded(runs[i]);
    }
    surroundings.save(manifest);
    return std::none_of(runs.begin(), runs.end(),
                        [](const Run& run) { return run.outcome == RunOutcome::Interrupted; });
}

/// An ordinary run that others have slowed down is made again, at the end: what disturbs comes in bouts.
void plan_again(const PlannedRun& planned, const recording::Manifest& manifest, int& left,
                std::vector<PlannedRun>& plan) {
    if (left <= 0 || !is_ordinary(planned) || planned.warmup) return;
    if (!recording::is_disturbed(manifest.runs.back(), manifest.machine)) return;
    PlannedRun again = planned;
    for (const PlannedRun& other : plan)
        if (is_ordinary(other) && !other.warmup && other.threads == planned.threads)
            again.repeat = std::max(again.repeat, other.repeat + 1);
    plan.push_back(again);
    --left;
}

SweepEnd make_runs(std::vector<PlannedRun> plan, Executor& executor, const SweepSurroundings& surroundings,
                   recording::Manifest& manifest) {
    int retries_left = manifest.sweep.retry_disturbed;
    for (std::size_t index = 0; index < plan.size(); ++index) {
        if (executor.is_interrupted()) return SweepEnd::Interrupted;
        if (has_failed_before(plan[index], manifest.runs)) continue;
        const auto remaining = estimate_remaining_s(plan, index, manifest.runs);
        surroundings.announce({index + 1, plan.size(), plan[index], remaining});
        if (!make_planned(plan, index, executor, surroundings, manifest)) return SweepEnd::Interrupted;
        if (is_ordinary(plan[index]) && !succeeded(manifest.runs.back())) return SweepEnd::Failed;
        plan_again(PlannedRun(plan[index]), manifest, retries_left, plan);
    }
    return std::all_of(manifest.runs.begin(), manifest.runs.end(), succeeded) ? SweepEnd::Complete : SweepEnd::Failed;
}

}  // namespace

void note_execution(Run& run, const Execution& execution) {
    run.outcome = execution.outcome;
    run.exit_code = execution.exit_code;
    run.signal = execution.signal;
    run.start_error = execution.start_error;
    run.started_ns = execution.started_ns;
    run.ended_ns = execution.ended_ns;
    run.user_s = execution.user_s;
    run.system_s = execution.system_s;
    run.stops = execution.stops;
    run.stopped_ns = execution.stopped_ns;
    run.suspended_ns = execution.suspended_ns;
    run.other_load = execution.other_load;
    run.leftovers = execution.leftovers;
}

int threads_to_come(const std::vector<PlannedRun>& plan, std::size_t done) {
    int threads = 0;
    for (std::size_t index = done; index < plan.size(); ++index)
        threads += plan[index].has_probe ? plan[index].threads : 0;
    return threads;
}

bool succeeded(const Run& run) { return run.outcome == RunOutcome::Exited && run.exit_code == 0; }

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
        case RunOutcome::Lost:
            return "how it ended is not known";
    }
    return {};
}

std::optional<double> estimate_remaining_s(const std::vector<PlannedRun>& plan, std::size_t done,
                                           const std::vector<Run>& made) {
    Mean of_all;
    using Kind = std::tuple<int, std::string, bool>;  // threads, control, has_probe
    std::map<Kind, Mean> by_kind;
    for (const Run& run : made) {
        of_all.add(wall_s(run));
        by_kind[{run.threads, run.control, run.has_probe}].add(wall_s(run));
    }
    if (of_all.count == 0) return std::nullopt;
    double remaining = 0;
    for (std::size_t index = done; index < plan.size(); ++index) {
        const PlannedRun& planned = plan[index];
        const auto known = by_kind.find({planned.threads, planned.control, planned.has_probe});
        remaining += known == by_kind.end() ? of_all.value() : known->second.value();
    }
    return remaining;
}

}  // namespace ftscale::launch
