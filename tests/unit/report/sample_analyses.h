// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// One Analysis per shape of report there is; golden files and the schema check are made of them.
#pragma once

#include <string>
#include <vector>

#include "analysis/analysis.h"

namespace ftscale::tests {

struct SampleAnalysis {
    std::string name;
    analysis::Analysis analysis;
};
std::vector<SampleAnalysis> sample_analyses();

analysis::Analysis shared_list();
analysis::Analysis scales_well();
analysis::Analysis many_thread_counts();
analysis::Analysis one_thread_count();
analysis::Analysis failed_runs();
analysis::Analysis no_samples();
analysis::Analysis strange_names();
analysis::Analysis weak_scaling();
analysis::Analysis ignored_count();
analysis::Analysis multiplied_work();
analysis::Analysis marked_regions();
analysis::Analysis slower_with_gil();
analysis::Analysis with_controls();
analysis::Analysis shared_objects();
analysis::Analysis stopped_world();
analysis::Analysis hardware_counters();  // cycles, instructions and what shows contention, some of them estimates
analysis::Analysis software_counters();  // on a machine without a PMU

}  // namespace ftscale::tests
