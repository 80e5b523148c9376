// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What each category of the ledger means to a reader, and where its figure comes from.
#pragma once

#include <vector>

#include "analysis/analysis.h"

namespace ftscale::report {

enum class Source {
    Exact,      // each interval timed by intercepted calls
    Sampled,    // from stacks taken at a fixed rate of CPU time
    Scheduler,  // the kernel's own account of the thread, /proc/.../schedstat
    Derived,    // from what all threads did at the time
    Remainder   // what nothing else accounts for
};
/// "exact", "sampled", ...
const char* source_name(Source source);

struct CategoryNote {
    const char* meaning;  // short enough for a table's margin
    Source source;
};
const CategoryNote& note_on(account::Category category);

/// The analysis' warnings, and one that names what was not measured.
std::vector<analysis::Warning> complete_warnings(const analysis::Analysis& analysis);

}  // namespace ftscale::report
