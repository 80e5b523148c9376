// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "html/timelines.h"

#include <algorithm>
#include <numeric>

#include "export/selection.h"

namespace ftscale::html {
namespace {

using account::Category;
using analysis::RunProfile;
using analysis::Span;
using analysis::ThreadProfile;

/// All stretches of one category in any thread; those that overlap or touch are one.
std::vector<PauseStretch> stretches(const RunProfile& run, Category category) {
    std::vector<PauseStretch> found;
    for (const ThreadProfile& thread : run.thread_profiles)
        for (const Span& span : thread.spans)
            if (span.category == category) found.push_back({span.begin_s, span.end_s, category});
    std::sort(found.begin(), found.end(),
              [](const PauseStretch& a, const PauseStretch& b) { return a.begin_s < b.begin_s; });
    std::vector<PauseStretch> joined;
    for (const PauseStretch& stretch : found) {
        if (!joined.empty() && stretch.begin_s <= joined.back().end_s)
            joined.back().end_s = std::max(joined.back().end_s, stretch.end_s);
        else
            joined.push_back(stretch);
    }
    return joined;
}

void add_pauses(const RunProfile& run, std::size_t most, RunTimeline& timeline) {
    std::vector<PauseStretch>& pauses = timeline.pauses;
    for (const Category category : {Category::StopTheWorld, Category::Gc})
        for (const PauseStretch& stretch : stretches(run, category)) pauses.push_back(stretch);
    const auto longest_first = [](const PauseStretch& a, const PauseStretch& b) {
        return a.end_s - a.begin_s > b.end_s - b.begin_s;
    };
    if (pauses.size() > most) {
        timeline.hidden_pauses = pauses.size() - most;
        std::nth_element(pauses.begin(), pauses.begin() + static_cast<std::ptrdiff_t>(most), pauses.end(),
                         longest_first);
        pauses.resize(most);
    }
    std::sort(pauses.begin(), pauses.end(),
              [](const PauseStretch& a, const PauseStretch& b) { return a.begin_s < b.begin_s; });
}

/// Those that were seen for longest where not all can be drawn; in the order in which they began.
std::vector<std::size_t> choose_rows(const RunProfile& run, std::size_t most) {
    std::vector<double> seen_s;
    for (const ThreadProfile& thread : run.thread_profiles)
        seen_s.push_back(std::accumulate(thread.spans.begin(), thread.spans.end(), 0.0,
                                         [](double sum_s, const Span& span) { return sum_s + span.seconds(); }));
    std::vector<std::size_t> rows(seen_s.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    std::erase_if(rows, [&](std::size_t row) { return seen_s[row] <= 0; });
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return seen_s[a] > seen_s[b]; });
    rows.resize(std::min(rows.size(), most));
    std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
        const double begin_a = run.thread_profiles[a].begin_s, begin_b = run.thread_profiles[b].begin_s;
        return begin_a < begin_b || (begin_a == begin_b && a < b);
    });
    return rows;
}

}  // namespace

std::vector<RunTimeline> make_timelines(const analysis::Profile& profile, const std::set<int>& thread_counts,
                                        const TimelineOptions& options) {
    std::vector<RunTimeline> timelines;
    for (const int threads : thread_counts) {
        RunTimeline timeline;
        timeline.run = &exports::typical_run(profile, threads);
        timeline.slices =
            exports::make_timeline(*timeline.run, profile.tree, options.most_slices / thread_counts.size());
        timeline.rows = choose_rows(*timeline.run, options.most_rows);
        add_pauses(*timeline.run, options.most_pauses, timeline);
        timelines.push_back(std::move(timeline));
    }
    return timelines;
}

}  // namespace ftscale::html
