// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "launch/executor.h"
#include "launch/sweep_plan.h"
#include "launch/topology.h"
#include "recording/manifest.h"

namespace ftscale::launch {

struct SweepProgress {
    std::size_t number = 1;  // of the run that starts now, from 1
    std::size_t total = 1;
    PlannedRun run;
    std::optional<double> remaining_s;  // this run included; nothing before the first has ended
};

/// What a sweep asks of the world around it.
struct SweepSurroundings {
    /// `threads_to_come`: of all recorded runs still to be made, this one included.
    std::function<Command(const recording::Run&, int threads_to_come)> command_for;
    std::function<void(const recording::Manifest&)> save;  // before and after each run
    std::function<void(const SweepProgress&)> announce;
    std::vector<Cpu> topology;
};

enum class SweepEnd { Complete, Failed, Interrupted };

/// Makes the planned runs one after another and describes them in manifest.runs. Stops at the first ordinary one that
/// does not end with status 0; when a control or a run without the probe fails only its own kind stops. While a run is
/// under way the saved manifest calls it, and the sweep, interrupted: that is what they are if we are killed now. Only
/// a warm-up that succeeds is called one: reports leave warm-ups out, and of a run that failed or was cut short they
/// should show what there is.
SweepEnd run_sweep(const std::vector<PlannedRun>& plan, Executor& executor, const SweepSurroundings& surroundings,
                   recording::Manifest& manifest);

/// Threads of the planned runs from number `done` on that the probe records.
int threads_to_come(const std::vector<PlannedRun>& plan, std::size_t done);

bool succeeded(const recording::Run& run);

/// How the run's process ended, and when.
void note_execution(recording::Run& run, const Execution& execution);

/// How a run ended, for people: "exit status 3", "killed by signal 9 (Killed)", ...
std::string describe_outcome(const recording::Run& run);

/// Seconds that the planned runs from number `done` on will take, judged by those made: the mean of their kind
/// and thread count, else of all.
std::optional<double> estimate_remaining_s(const std::vector<PlannedRun>& plan, std::size_t done,
                                           const std::vector<recording::Run>& made);

}  // namespace ftscale::launch
