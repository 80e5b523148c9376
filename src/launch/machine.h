// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "launch/topology.h"
#include "recording/manifest.h"

namespace ftscale::launch {

/// The facts a recording states about the machine, read from /proc and /sys below `root`. What is not there stays
/// empty; never throws.
recording::Machine read_machine(const std::vector<Cpu>& topology, const std::filesystem::path& root = "/");

/// Physical cores a sweep can really use: not more than the control group's CPU limit, at least 1.
int usable_cores(const recording::Machine& machine);

}  // namespace ftscale::launch
