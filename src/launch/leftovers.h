// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Processes that runs leave behind. As their orphans' subreaper we find all of them below us, wherever their parents
// have gone.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "recording/manifest.h"

namespace ftscale::launch {

/// Children of ours, ascending. Empty on kernels built without /proc/*/children.
std::vector<pid_t> our_children();

/// CPU time of a process, of those that it has waited for, and when it began, in clock ticks, from the text of
/// /proc/PID/stat. Its name may hold blanks and parentheses.
struct ProcessTimes {
    long long cpu = 0;
    long long began = 0;
    long long waited_for = 0;
};
std::optional<ProcessTimes> parse_process_times(const std::string& stat);

/// Nothing where there is no such process.
std::optional<ProcessTimes> times_of(pid_t pid);

/// The processes there were below us at one time, to find out later what they took.
class LeftoverWatch {
  public:
    LeftoverWatch();

    /// Those that have taken a visible share of one CPU since, the busiest first.
    std::vector<recording::Leftover> find_busy() const;
    /// CPU time of those that have come since and still are there, and of what they have waited for.
    double newcomers_cpu_s() const;

  private:
    struct Watched {
        pid_t pid;
        ProcessTimes times;
    };
    std::vector<Watched> processes_;
    std::chrono::steady_clock::time_point began_;
};

/// Ends all processes that have become our children since `before` was taken. Orphans become ours because we are their
/// subreaper, so each process ended hands us its own children until none is left; not reaped yet, none of the numbers
/// can mean another process. Those that are not gone after `patience` (a process that waits for a device or a file
/// server cannot be ended) are returned.
std::vector<pid_t> kill_leftovers(const std::vector<pid_t>& before, std::chrono::milliseconds patience);

}  // namespace ftscale::launch
