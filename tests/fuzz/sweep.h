// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "recording/recording.h"

namespace ftscale::fuzz {

/// What the manifest of a sweep of one thread and two, of two repeats, says: runs 0 to 3.
recording::Manifest small_sweep();

/// A recording of these streams, by run.
recording::Recording load_streams(const recording::Manifest& manifest,
                                  const std::map<unsigned, std::vector<std::byte>>& streams);

/// The analysis of a recording, and one of all that is made of it (reports, pages, exports, a check against itself), as
/// any number says: to write all of it each time would be slow. What claims to be JSON has to be some, and each ledger
/// has to sum to its capacity.
void use(const recording::Recording& recording, std::size_t which);

}  // namespace ftscale::fuzz
