// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/category_notes.h"

#include <fmt/format.h>

#include <array>

namespace ftscale::report {
namespace {

/// In the order of account::Category.
constexpr std::array<CategoryNote, account::kCategoryCount> kNotes = {{
    {"on a CPU, none of the others", Source::Sampled},
    {"shared reference counts", Source::NotMeasured},
    {"yielding while a lock is held", Source::Exact},
    {"blocked on a lock", Source::Exact},
    {"stopped by another thread", Source::Exact},
    {"garbage collection", Source::Sampled},
    {"waiting for the GIL", Source::Exact},
    {"in the kernel", Source::NotMeasured},
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
            return "remainder";
        case Source::NotMeasured:
            break;
    }
    return "not_measured";
}

const CategoryNote& note_on(account::Category category) { return kNotes[static_cast<std::size_t>(category)]; }

std::vector<std::string> unmeasured_categories() {
    std::vector<std::string> names;
    for (const account::Category category : account::kAllCategories)
        if (note_on(category).source == Source::NotMeasured) names.emplace_back(account::category_name(category));
    return names;
}

std::vector<analysis::Warning> complete_warnings(const analysis::Analysis& analysis) {
    std::vector<analysis::Warning> warnings = analysis.warnings;
    warnings.push_back(
        {"not_measured", fmt::format("not measured by this version: {} (such time stands in work), hardware counters, "
                                     "objects with shared reference counts",
                                     fmt::join(unmeasured_categories(), ", "))});
    return warnings;
}

}  // namespace ftscale::report
