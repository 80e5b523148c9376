// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Chrome's trace events (JSON), for Perfetto and chrome://tracing: the threads' states over time, an arrow from who let
// go of a lock to who waited for it, and how many threads run.
#pragma once

#include <cstdint>
#include <ostream>

#include "analysis/profile.h"

namespace ftscale::exports {

/// Of typical_run(). Returns the length in microseconds of the shortest states that stand on their own; see slices.h.
/// Throws base::Error (usage) for a thread count that the recording does not have.
std::int64_t write_chrome_trace(const analysis::Profile& profile, int threads, std::ostream& out);

}  // namespace ftscale::exports
