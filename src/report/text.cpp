// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/text.h"

#include "report/page.h"
#include "report/sections.h"

namespace ftscale::report {

const RunResult* explained_run(const Analysis& analysis) {
    return analysis.whole.runs.empty() ? nullptr : &analysis.whole.runs.back();
}

bool has_losses(const Analysis& analysis) {
    const RunResult* run = explained_run(analysis);
    return run != nullptr && run->threads != analysis.baseline_threads;
}

void write_text(const Analysis& analysis, std::ostream& out, const TextOptions& options) {
    Page page(out, options);
    for (const auto section :
         {write_headline, write_verdict, write_findings, write_curve, write_regions, write_ledger, write_efficiencies,
          write_functions, write_locks, write_objects, write_pauses, write_threads, write_counters, write_measurement})
        section(analysis, page);
}

}  // namespace ftscale::report
