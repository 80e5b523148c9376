// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "counters/obstacle.h"
#include "counters/opener.h"

namespace ftscale::counters {

/// Hardware cycles as the clock of the sampler.
struct CyclesClock {
    Side side = Side::UserAndKernel;
    double cycles_per_s = 0;   // of CPU time, measured here and now
    std::uint64_t period = 0;  // cycles between two samples
};

struct CyclesClockOrNot {
    std::optional<CyclesClock> clock;
    std::string reason;  // why there is none, in plain words
};

inline constexpr const char kTwoKindsOfCores[] =
    "this processor has two kinds of cores, and hardware events count on one of them only";

/// Whether the processor has cores of two kinds, each with a PMU of its own: then an event counts on one kind only.
bool has_two_kinds_of_cores(const std::filesystem::path& root = "/");

/// Opens hardware cycles on the calling thread and measures for some milliseconds how fast they pass. There is no clock
/// where they cannot be opened, where they do not count all of the time (somebody else has the counter), or where
/// threads move between two kinds of cores.
CyclesClockOrNot measure_cycles(double frequency_hz, const Permissions& permissions, Opener& opener,
                                bool two_kinds_of_cores);

}  // namespace ftscale::counters
