// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "launch/variables.h"

namespace ftscale::launch {

/// The probe library: FTSCALE_PROBE, else beside the tool. `tool` is the tool's own executable: both in a build tree
/// (bin/ftscale, lib/libftscale_probe.so) and once installed (lib/ftscale/libftscale_probe.so). Throws base::Error when
/// it is not there, or in a place LD_PRELOAD cannot name.
std::filesystem::path locate_probe(const std::filesystem::path& tool, const Variables& variables);

}  // namespace ftscale::launch
