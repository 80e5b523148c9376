// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// pprof's profile.proto, gzip'd: for `go tool pprof`, pprof.me, Pyroscope and others.
#pragma once

#include <ostream>

#include "analysis/profile.h"
#include "export/selection.h"

namespace ftscale::exports {

/// What::Cpu gives samples/count and cpu/nanoseconds; What::Wait contentions/count and delay/nanoseconds, as Go and
/// Abseil have them; What::All both and, where all threads are asked for, capacity/nanoseconds: the whole ledger.
/// The others: loss/nanoseconds (negative where it has shrunk), refcount/nanoseconds, NAME/count.
///
/// Values are means over the repeats, rounded such that each type's sum is right. Labels: thread, nthreads, category,
/// lock_kind, lock_type, side (of waits), python_version. A Python function's name has its file and line, as pprof
/// takes functions of one name for one. Throws as select_stacks.
void write_pprof(const analysis::Profile& profile, const Selection& selection, std::ostream& out);

}  // namespace ftscale::exports
