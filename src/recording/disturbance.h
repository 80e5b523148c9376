// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Runs that something beside the script slowed down: what they measured is the machine's day, not the script.
#pragma once

#include "recording/manifest.h"

namespace ftscale::recording {

/// From its start to its end, without the time in which it was stopped.
double running_s(const Run& run);

/// How many CPUs the run might use; one at least.
int cpus_of(const Run& run, const Machine& machine);

/// How many of the CPUs that the run could have used others took, as a mean over the run. What they took of CPUs that
/// its threads left free is not counted. 0 where nothing is known of them.
double taken_cpus(const Run& run, const Machine& machine);

/// Others took a twentieth or more of what its threads could have used, or it was stopped (Ctrl-Z), or the machine
/// slept.
bool is_disturbed(const Run& run, const Machine& machine);

}  // namespace ftscale::recording
