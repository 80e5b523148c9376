// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What each category of the ledger means to a reader, and where its figure comes from.
#pragma once

#include <string>
#include <vector>

#include "analysis/analysis.h"

namespace ftscale::report {

enum class Source {
    Exact,      // each interval timed by intercepted calls
    Sampled,    // from stacks taken at a fixed rate of CPU time
    Decoded,    // from samples, by the instructions around them and what the registers pointed to
    Scheduler,  // the kernel's own account of the thread: schedstat, or switch records
    Derived,    // from what all threads did at the time
    Remainder   // what nothing else accounts for
};

struct CategoryNote {
    const char* meaning;  // short enough for a table's margin
    Source source;
};
const CategoryNote& note_on(account::Category category);

/// As in JSON: "exact", "sampled", ...; the kernel's account by what this measurement had of it, "schedstat" or
/// "switch_records".
const char* source_name(account::Category category, const analysis::Measurement& measurement);

/// What was asked for and not counted, by reason: "cycles, instructions: no such event here"; empty: nothing.
std::vector<std::string> missing_counter_texts(const analysis::Measurement& measurement);

/// The analysis' warnings, and one that names what was not measured.
std::vector<analysis::Warning> complete_warnings(const analysis::Analysis& analysis);

}  // namespace ftscale::report
