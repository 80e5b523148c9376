// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What of the runs is not in the recording, and why: records without room, threads without samples, processes whose
// recording has no end.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/runs.h"

namespace ftscale::analysis {

/// Records of the process that found no room.
std::uint64_t records_without_room(const recording::Process& process);

std::vector<Warning> loss_warnings(const std::vector<UsedRun>& runs);

}  // namespace ftscale::analysis
