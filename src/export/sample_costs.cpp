// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/sample_costs.h"

#include <algorithm>

#include "export/selection.h"

namespace ftscale::exports {

using account::Category;
using analysis::Span;

std::vector<SampleCost> cost_samples(const analysis::ThreadProfile& thread) {
    std::vector<SampleCost> costs(thread.samples.size());
    std::size_t sample = 0;
    for (const Span& span : thread.spans) {
        // A span may reach over several samples.
        for (double from_s = span.begin_s; from_s < span.end_s && !costs.empty();) {
            while (sample + 1 < costs.size() && thread.samples[sample].time_s <= from_s) ++sample;
            const bool is_last = sample + 1 == costs.size();
            const double to_s = is_last ? span.end_s : std::min(span.end_s, thread.samples[sample].time_s);
            const bool was_before = from_s < thread.samples[sample].time_s;
            if (is_on_cpu(span.category)) costs[sample].seconds += to_s - from_s;
            if (was_before) costs[sample].category = is_on_cpu(span.category) ? span.category : Category::Work;
            from_s = to_s;
        }
    }
    return costs;
}

}  // namespace ftscale::exports
