// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A profile for the Firefox Profiler (profiler.firefox.com, which reads it without sending it anywhere).
#pragma once

#include <ostream>

#include "analysis/profile.h"

namespace ftscale::exports {

/// The typical run at `threads` threads (0: the largest count): each thread's samples, weighted by the time on CPU they
/// stand for; what it waited for as markers; and how many threads ran and waited for locks, as counters. Throws as
/// typical_run.
///
/// What a sample found a thread busy with, other than work, stands below its stack: "[refcount]". The file is written
/// as it comes; what is kept in memory is some 50 bytes per sample and wait.
void write_firefox(const analysis::Profile& profile, int threads, std::ostream& out);

}  // namespace ftscale::exports
