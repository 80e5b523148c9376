// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/chrome_trace.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "export/frame_label.h"
#include "export/selection.h"
#include "export/slices.h"
#include "export/text.h"
#include "export/title.h"

namespace ftscale::exports {
namespace {

using analysis::kNone;
using analysis::Profile;
using analysis::RunProfile;
using analysis::Span;
using analysis::ThreadProfile;

constexpr std::size_t kMostSlices = 300'000;  // some 70 MB, which Perfetto opens in seconds

class TraceWriter {
  public:
    TraceWriter(const Profile& profile, const RunProfile& run, const Timeline& timeline, std::ostream& out)
        : profile_(profile), run_(run), timeline_(timeline), out_(out) {}

    void write() {
        fmt::print(out_, "{{\"displayTimeUnit\":\"ms\",\n\"otherData\":{{\"exporter\":{},\"title\":{}}},\n",
                   json_string(exporter()), json_string(title(profile_.manifest, run_.threads)));
        out_ << "\"traceEvents\":[";
        write_names();
        for (std::size_t thread = 0; thread < timeline_.threads.size(); ++thread)
            for (const Slice& slice : timeline_.threads[thread]) {
                write_slice(run_.thread_profiles[thread], slice);
                write_arrow(thread, slice);
            }
        for (const std::uint32_t process : processes()) write_running(process);
        out_ << "\n]}\n";
    }

  private:
    std::set<std::uint32_t> processes() const;
    void write_names();
    void write_slice(const ThreadProfile& thread, const Slice& slice);
    void write_arrow(std::size_t waiter, const Slice& slice);
    void write_running(std::uint32_t process);
    const std::string& where(std::uint32_t node);
    std::string make_where(std::uint32_t node) const;
    bool is_shown(std::size_t thread, std::int64_t time_us) const;

    /// The first of an event's text, up to where its own begins.
    void begin(const char* phase, const ThreadProfile& thread) {
        fmt::print(out_, "{}\n{{\"ph\":\"{}\",\"pid\":{},\"tid\":{},", comma_, phase, thread.process, thread.tid);
        comma_ = ",";
    }

    const Profile& profile_;
    const RunProfile& run_;
    const Timeline& timeline_;
    std::ostream& out_;
    const char* comma_ = "";
    std::uint64_t next_arrow_ = 1;
    std::unordered_map<std::uint32_t, std::string> wheres_;  // by node
};

std::set<std::uint32_t> TraceWriter::processes() const {
    std::set<std::uint32_t> pids;
    for (const ThreadProfile& thread : run_.thread_profiles) pids.insert(thread.process);
    return pids;
}

void TraceWriter::write_names() {
    std::set<std::uint32_t> named;
    int index = 0;
    for (const ThreadProfile& thread : run_.thread_profiles) {
        if (named.insert(thread.process).second) {
            begin("M", thread);
            fmt::print(out_, "\"name\":\"process_name\",\"args\":{{\"name\":{}}}}}",
                       json_string(title(profile_.manifest, run_.threads)));
        }
        begin("M", thread);
        fmt::print(out_, "\"name\":\"thread_name\",\"args\":{{\"name\":{}}}}}", json_string(thread.name));
        begin("M", thread);
        fmt::print(out_, "\"name\":\"thread_sort_index\",\"args\":{{\"sort_index\":{}}}}}", index++);
    }
}

/// The innermost Python function with its line, and the native one that worked for it: a part of `args`.
std::string TraceWriter::make_where(std::uint32_t node) const {
    std::string native;
    for (; node != 0; node = profile_.tree.nodes[node].parent) {
        const analysis::CallNode& at = profile_.tree.nodes[node];
        const analysis::Place& function = profile_.tree.functions[at.function];
        if (!function.native)
            return fmt::format("\"function\":{},\"file\":{},\"line\":{}{}", json_string(function.function),
                               json_string(function.file), at.line, native);
        if (native.empty()) native = fmt::format(",\"native\":{}", json_string(function.function));
    }
    return native.empty() ? native : native.substr(1);
}

const std::string& TraceWriter::where(std::uint32_t node) {
    const auto found = wheres_.find(node);
    return found != wheres_.end() ? found->second : wheres_.emplace(node, make_where(node)).first->second;
}

void TraceWriter::write_slice(const ThreadProfile& thread, const Slice& slice) {
    const Span& span = *slice.span;
    const char* category = account::category_name(span.category);
    begin("X", thread);
    fmt::print(out_, "\"name\":\"{}\",\"cat\":\"{}\",\"ts\":{},\"dur\":{},\"args\":{{{}", category, category,
               slice.begin_us, slice.end_us - slice.begin_us, where(span.node));
    if (span.lock != kNone)
        fmt::print(out_, "{}\"lock\":{}", where(span.node).empty() ? "" : ",",
                   json_string(lock_label(run_.locks[static_cast<std::size_t>(span.lock)])));
    out_ << "}}";
}

bool TraceWriter::is_shown(std::size_t thread, std::int64_t time_us) const {
    const Slices& slices = timeline_.threads[thread];
    const auto after = std::upper_bound(slices.begin(), slices.end(), time_us,
                                        [](std::int64_t time, const Slice& slice) { return time < slice.begin_us; });
    return after != slices.begin() && time_us < std::prev(after)->end_us;
}

/// From the slice in which the one that held the lock the longest let go, to the wait. Both ends bind to the slice
/// around them, which the microsecond before still is in.
void TraceWriter::write_arrow(std::size_t waiter, const Slice& slice) {
    const Span& span = *slice.span;
    if (!span.is_wait || span.held_by == kNone) return;
    const auto holder = static_cast<std::size_t>(span.held_by);
    const std::int64_t let_go_us = std::llround(std::min(span.held_until_s, span.end_s) * 1e6);
    const std::int64_t time_us = std::clamp(let_go_us, slice.begin_us + 1, slice.end_us) - 1;
    if (holder == waiter || !is_shown(holder, time_us)) return;
    for (const auto& [phase, thread] : {std::pair("s", holder), std::pair("f", waiter)}) {
        begin(phase, run_.thread_profiles[thread]);
        fmt::print(out_, "\"bp\":\"e\",\"id\":{},\"name\":\"lets go\",\"cat\":\"{}\",\"ts\":{}}}", next_arrow_,
                   account::category_name(span.category), time_us);
    }
    ++next_arrow_;
}

/// Whenever the number of the process's threads that are on a CPU changes.
void TraceWriter::write_running(std::uint32_t process) {
    std::map<std::int64_t, int> changes;
    for (std::size_t i = 0; i < timeline_.threads.size(); ++i) {
        if (run_.thread_profiles[i].process != process) continue;
        for (const Slice& slice : timeline_.threads[i])
            if (is_on_cpu(slice.span->category)) {
                ++changes[slice.begin_us];
                --changes[slice.end_us];
            }
    }
    int running = 0;
    for (const auto& [time_us, change] : changes) {
        if (change == 0) continue;
        running += change;
        fmt::print(out_,
                   "{}\n{{\"ph\":\"C\",\"pid\":{},\"name\":\"running threads\",\"ts\":{},\"args\":{{\"threads\":{}}}}}",
                   comma_, process, time_us, running);
        comma_ = ",";
    }
}

}  // namespace

std::int64_t write_chrome_trace(const Profile& profile, int threads, std::ostream& out) {
    const RunProfile& run = typical_run(profile, threads);
    const Timeline timeline = make_timeline(run, profile.tree, kMostSlices);
    TraceWriter(profile, run, timeline, out).write();
    return timeline.resolution_us;
}

}  // namespace ftscale::exports
