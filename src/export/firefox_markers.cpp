// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/firefox_markers.h"

#include <cmath>

#include "export/frame_label.h"

namespace ftscale::exports::firefox {
namespace {

using account::Category;
using analysis::Span;

/// What has markers, and what the viewer says about it.
struct MarkerKind {
    Category category;
    const char* description;
};
constexpr MarkerKind kKinds[] = {
    {Category::LockWait, "Blocked on a lock that another thread holds"},
    {Category::Spin, "On CPU, waiting for a lock or its word in memory"},
    {Category::StopTheWorld, "Stopped because another thread stopped the world, or waiting until all have stopped"},
    {Category::Gc, "Collecting garbage"},
    {Category::Gil, "Waiting for the GIL, which is on"},
    {Category::Io, "Blocked in I/O"},
    {Category::Sleep, "Blocked in a sleep"},
    {Category::Starved, "Blocked until another thread has something to do: a queue, an event, a join"},
    {Category::RunQueue, "Ready to run, without a CPU"},
};

bool has_marker(Category category) {
    for (const MarkerKind& kind : kKinds)
        if (kind.category == category) return true;
    return false;
}

bool shows_same(const Span& a, const Span& b) {
    return !a.is_wait && !b.is_wait && a.category == b.category && a.lock == b.lock;
}

}  // namespace

std::vector<Marker> make_markers(const analysis::ThreadProfile& thread) {
    std::vector<Marker> markers;
    for (const Span& span : thread.spans) {
        if (!has_marker(span.category)) continue;
        const std::int64_t begin_ns = std::llround(span.begin_s * 1e9), end_ns = std::llround(span.end_s * 1e9);
        if (!markers.empty() && markers.back().end_ns == begin_ns && shows_same(*markers.back().span, span))
            markers.back().end_ns = end_ns;
        else
            markers.push_back({begin_ns, end_ns, &span});
    }
    return markers;
}

void write_marker_schema(JsonStream& out) {
    const char* comma = "";
    out.print("\"markerSchema\":[");
    for (const MarkerKind& kind : kKinds) {
        const char* name = account::category_name(kind.category);
        out.print(R"({}{{"name":"{}","display":["marker-chart","marker-table","timeline-overview"],)", comma, name);
        out.print(R"("tooltipLabel":"{}","tableLabel":"{{marker.data.lock}}","chartLabel":"{{marker.data.lock}}",)",
                  name);
        out.print(R"("data":[{{"label":"Description","value":"{}"}})", kind.description);
        for (const auto& [key, label] :
             {std::pair("lock", "Lock"), std::pair("holder", "Holder"), std::pair("holder_thread", "Holder's thread")})
            out.print(R"(,{{"key":"{}","label":"{}","format":"unique-string","searchable":true}})", key, label);
        out.print("]}}");
        comma = ",";
    }
    out.print("]");
}

void MarkerWriter::write(const std::vector<Marker>& markers, JsonStream& out) {
    const std::size_t length = markers.size();
    out.print("\"markers\":{{\"length\":{},", length);
    out.column("name", length, [&](std::size_t i) {
        out.print("{}", tables_.string(account::category_name(markers[i].span->category)));
    });
    out.print(",");
    out.column("startTime", length, [&](std::size_t i) { out.print_ms(markers[i].begin_ns); });
    out.print(",");
    out.column("endTime", length, [&](std::size_t i) { out.print_ms(markers[i].end_ns); });
    out.print(",");
    out.constant_column("phase", length, "1");  // an interval
    out.print(",");
    out.column("category", length, [&](std::size_t i) { out.print("{}", category_index(markers[i].span->category)); });
    out.print(",");
    out.column("data", length, [&](std::size_t i) { write_facts(markers[i], out); });
    out.print("}}");
}

void MarkerWriter::write_facts(const Marker& marker, JsonStream& out) {
    const Span& span = *marker.span;
    out.print(R"({{"type":"{}")", account::category_name(span.category));
    if (span.lock != analysis::kNone)
        out.print(R"(,"lock":{})", tables_.string(lock_label(run_.locks[static_cast<std::size_t>(span.lock)])));
    if (span.holder != 0) out.print(R"(,"holder":{})", holder(span.holder));
    if (span.held_by != analysis::kNone)
        out.print(R"(,"holder_thread":{})",
                  tables_.string(run_.thread_profiles[static_cast<std::size_t>(span.held_by)].name));
    if (const int stack = tables_.stack(span.node); stack != kNoStack) {
        out.print(R"(,"cause":{{"time":)");
        out.print_ms(marker.begin_ns);
        out.print(R"(,"stack":{}}})", stack);
    }
    out.print("}}");
}

/// The innermost Python function, at the line it had reached; where there is none, the innermost of all.
int MarkerWriter::holder(std::uint32_t node) {
    const auto [known, is_new] = holders_.try_emplace(node, 0);
    if (!is_new) return known->second;
    const analysis::CallTree& tree = profile_.tree;
    std::uint32_t shown = node;
    while (shown != 0 && tree.functions[tree.nodes[shown].function].native) shown = tree.nodes[shown].parent;
    if (shown == 0) shown = node;
    analysis::Place place = tree.functions[tree.nodes[shown].function];
    place.line = tree.nodes[shown].line;
    return known->second = tables_.string(frame_label(place));
}

}  // namespace ftscale::exports::firefox
