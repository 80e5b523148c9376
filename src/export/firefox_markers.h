// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a thread did other than run, as markers of the Firefox Profiler: intervals with a name and facts. A marker's
// name and type are the category's name.
#pragma once

#include <vector>

#include "analysis/profile.h"
#include "export/firefox_tables.h"

namespace ftscale::exports::firefox {

struct Marker {
    std::int64_t begin_ns = 0, end_ns = 0;
    const analysis::Span* span = nullptr;
};

/// In order of time, apart from each other: one for each wait and spin; of what samples saw (a garbage collection, the
/// run queue) one for each stretch.
std::vector<Marker> make_markers(const analysis::ThreadProfile& thread);

/// meta.markerSchema: which facts there are.
void write_marker_schema(JsonStream& out);

class MarkerWriter {
  public:
    MarkerWriter(const analysis::Profile& profile, const analysis::RunProfile& run, ThreadTables& tables)
        : profile_(profile), run_(run), tables_(tables) {}

    /// thread.markers. The stacks of the markers must be in the tables.
    void write(const std::vector<Marker>& markers, JsonStream& out);

  private:
    void write_facts(const Marker& marker, JsonStream& out);
    int holder(std::uint32_t node);

    const analysis::Profile& profile_;
    const analysis::RunProfile& run_;
    ThreadTables& tables_;
    std::unordered_map<std::uint32_t, int> holders_;  // strings, by node
};

}  // namespace ftscale::exports::firefox
