// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/category_notes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ftscale::report {
namespace {

/// In the order of account::Category.
constexpr std::array<CategoryNote, account::kCategoryCount> kNotes = {{
    {"on a CPU, none of the others", Source::Sampled},
    {"refcounts of shared objects", Source::Decoded},
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

const CategoryNote& note_on(account::Category category) { return kNotes[static_cast<std::size_t>(category)]; }

const char* source_name(account::Category category, const analysis::Measurement& measurement) {
    switch (note_on(category).source) {
        case Source::Exact:
            return "exact";
        case Source::Sampled:
            return "sampled";
        case Source::Decoded:
            return "decoded";
        case Source::Scheduler:
            return measurement.run_delay_of_switches ? "switch_records" : "schedstat";
        case Source::Derived:
            return "derived";
        case Source::Remainder:
            break;
    }
    return "remainder";
}

std::vector<std::string> missing_counter_texts(const analysis::Measurement& measurement) {
    std::vector<std::pair<std::string, std::string>> by_reason;  // in the order they were asked for
    for (const recording::MissingCounter& missing : measurement.missing_counters) {
        const auto known = std::find_if(by_reason.begin(), by_reason.end(),
                                        [&](const auto& row) { return row.first == missing.reason; });
        if (known == by_reason.end()) {
            by_reason.emplace_back(missing.reason, missing.name);
        } else {
            known->second += ", " + missing.name;
        }
    }
    std::vector<std::string> texts;
    for (const auto& [reason, names] : by_reason) texts.push_back(names + ": " + reason);
    return texts;
}

std::vector<analysis::Warning> complete_warnings(const analysis::Analysis& analysis) {
    std::vector<analysis::Warning> warnings = analysis.warnings;
    const analysis::Measurement& measurement = analysis.measurement;
    for (const std::string& text : missing_counter_texts(measurement))
        warnings.push_back({"not_measured", "not measured: " + text});
    if (measurement.counters.empty() && measurement.missing_counters.empty())
        warnings.push_back({"not_measured", "not measured: hardware counters; none were asked for"});
    return warnings;
}

}  // namespace ftscale::report
