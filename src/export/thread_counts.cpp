// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/thread_counts.h"

#include <algorithm>
#include <cmath>

namespace ftscale::exports {
namespace {

std::int64_t nanoseconds(double seconds) { return std::llround(seconds * 1e9); }

/// The borders of stretches counted, without those where one span passes into the next.
void add_changes(const analysis::ThreadProfile& thread, const std::function<bool(const analysis::Span&)>& counted,
                 std::vector<CountChange>& changes) {
    for (const analysis::Span& span : thread.spans) {
        if (!counted(span)) continue;
        const std::int64_t begin_ns = nanoseconds(span.begin_s), end_ns = nanoseconds(span.end_s);
        if (begin_ns >= end_ns) continue;
        const bool goes_on = !changes.empty() && changes.back().change < 0 && changes.back().time_ns == begin_ns;
        if (goes_on)
            changes.back().time_ns = end_ns;
        else
            changes.insert(changes.end(), {{begin_ns, 1}, {end_ns, -1}});
    }
}

}  // namespace

std::vector<CountChange> count_threads(const analysis::RunProfile& run, std::uint32_t process,
                                       const std::function<bool(const analysis::Span&)>& counted) {
    std::vector<CountChange> all;
    for (const analysis::ThreadProfile& thread : run.thread_profiles) {
        if (thread.process != process) continue;
        std::vector<CountChange> changes;
        add_changes(thread, counted, changes);
        all.insert(all.end(), changes.begin(), changes.end());
    }
    std::sort(all.begin(), all.end(), [](const CountChange& a, const CountChange& b) { return a.time_ns < b.time_ns; });
    std::vector<CountChange> summed;
    for (const CountChange& change : all) {
        if (!summed.empty() && summed.back().time_ns == change.time_ns)
            summed.back().change += change.change;
        else
            summed.push_back(change);
    }
    std::erase_if(summed, [](const CountChange& change) { return change.change == 0; });
    return summed;
}

}  // namespace ftscale::exports
