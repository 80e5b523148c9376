// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/category_notes.h"

#include <array>

namespace ftscale::report {
namespace {

/// In the order of account::Category.
constexpr std::array<CategoryNote, account::kCategoryCount> kNotes = {{
    {"on a CPU, none of the others", Source::Sampled},
    {"refcounts of shared objects", Source::Sampled},
    {"busy with a contended lock", Source::Exact},
    {"blocked on a lock", Source::Exact},
    {"stopped by another thread", Source::Exact},
    {"collecting garbage", Source::Exact},
    {"waiting for the GIL", Source::Exact},
    {"page faults and system calls", Source::Sampled},
    {"ready, but no CPU is free", Source::Scheduler},
    {"blocked in I/O", Source::Exact},
    {"asleep", Source::Exact},
    {"waiting for work", Source::Exact},
    {"idle while others ran", Source::Derived},
    {"off CPU, cause not seen", Source::Remainder},
}};

}  // namespace

const char* source_name(Source source) {
    switch (source) {
        case Source::Exact:
            return "exact";
        case Source::Sampled:
            return "sampled";
        case Source::Scheduler:
            return "scheduler";
        case Source::Derived:
            return "derived";
        case Source::Remainder:
            break;
    }
    return "remainder";
}

const CategoryNote& note_on(account::Category category) { return kNotes[static_cast<std::size_t>(category)]; }

std::vector<analysis::Warning> complete_warnings(const analysis::Analysis& analysis) {
    std::vector<analysis::Warning> warnings = analysis.warnings;
    warnings.push_back({"not_measured", "not measured by this version: hardware counters"});
    return warnings;
}

}  // namespace ftscale::report
