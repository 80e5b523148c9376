// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "analysis/analysis.h"
#include "recording/manifest.h"

namespace ftscale::analysis {

/// What profiling changed, from runs and their twins without the probe; nothing where there is no such pair.
std::optional<Calibration> calibrate(const recording::Manifest& manifest);

}  // namespace ftscale::analysis
