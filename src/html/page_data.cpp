// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "html/page_data.h"
#include "analysis/places.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "export/json_stream.h"
#include "report/category_notes.h"
#include "report/json.h"

namespace ftscale::html {
namespace {

using analysis::CallTree;
using analysis::kNone;
using analysis::Profile;
using analysis::ProfileLock;
using exports::json_string;
using exports::JsonStream;
using exports::Slice;

constexpr std::size_t kMostFunctions = 500, kMostLocks = 200;  // of a run
constexpr std::size_t kMostSides = 20;                         // of a lock or object
constexpr std::size_t kLongestTitle = 100;                     // bytes

std::string page_title(const recording::Manifest& manifest) {
    std::string command = fmt::format("{}", fmt::join(manifest.argv, " "));
    if (command.size() > kLongestTitle) command = command.substr(0, kLongestTitle) + "...";
    const recording::Interpreter& interpreter = manifest.interpreter;
    return fmt::format("{} \u00b7 CPython {}{}", command, interpreter.version, interpreter.free_threaded ? "t" : "");
}

/// Seconds to the tenth of a nanosecond: sums of many still close.
std::string seconds_text(double seconds) { return fmt::format("{:.10g}", seconds); }

/// The functions and locks that a page speaks of, numbered as it has them.
class Names {
  public:
    Names(const CallTree& tree, const Flames& flames) : tree_(tree), locks_(flames.locks) {
        numbers_.resize(tree.functions.size(), kNone);
        for (std::size_t node = 1; node < flames.nodes.size(); ++node) {
            int& number = numbers_[flames.nodes[node].function];
            if (number != kNone) continue;
            number = static_cast<int>(functions_.size());
            functions_.push_back(flames.nodes[node].function);
        }
    }
    int function(std::uint32_t function) const { return numbers_[function]; }
    int lock(const ProfileLock& lock) {
        for (std::size_t i = 0; i < locks_.size(); ++i)
            if (locks_[i].kind == lock.kind && locks_[i].type == lock.type) return static_cast<int>(i);
        locks_.push_back(lock);
        return static_cast<int>(locks_.size() - 1);
    }
    void write_functions(JsonStream& json) const {
        json.column("functions", functions_.size(), [&](std::size_t i) {
            const analysis::Place& place = tree_.functions[functions_[i]];
            json.print("{{\"name\":{},\"file\":{},\"line\":{},\"native\":{}}}", json_string(place.function),
                       json_string(analysis::source_of(place)), place.line, place.native);
        });
    }
    void write_locks(JsonStream& json) const {
        json.column("locks", locks_.size(), [&](std::size_t i) {
            json.print("{{\"kind\":{},\"type\":{}}}", json_string(account::lock_kind_name(locks_[i].kind)),
                       json_string(locks_[i].type));
        });
    }

  private:
    const CallTree& tree_;
    std::vector<int> numbers_;              // by function of the tree; kNone: not spoken of
    std::vector<std::uint32_t> functions_;  // in the tree
    std::vector<ProfileLock> locks_;
};

class DataWriter {
  public:
    DataWriter(const Profile& profile, const Flames& flames, std::ostream& out)
        : profile_(profile), flames_(flames), names_(profile.tree, flames), json_(out) {}

    void write(const std::optional<std::string>& report, const std::vector<RunTimeline>& timelines) {
        json_.print("{{\"schema\":\"ftscale.page/1\",\"generator\":\"ftscale {}\",\"title\":{},\"most_functions\":{},",
                    FTSCALE_VERSION, json_string(page_title(profile_.manifest)), kMostFunctions);
        json_.print("\"report\":{},", report.value_or("null"));
        write_categories();
        json_.print(",\"timelines\":[");
        for (std::size_t i = 0; i < timelines.size(); ++i) {
            if (i > 0) json_.print(",");
            write_timeline(timelines[i]);
        }
        json_.print("],\"flames\":{{");
        write_flames();
        json_.print("}}}}");
    }

  private:
    void write_categories();
    void write_timeline(const RunTimeline& timeline);
    void write_row(const RunTimeline& timeline, std::size_t row, const std::vector<int>& row_of);
    void write_pauses(const std::vector<PauseStretch>& pauses);
    void write_flames();
    void write_nodes();
    void write_view(const FlameView& view);
    std::uint32_t node(std::uint32_t tree_node) const { return flames_.node_of[tree_node]; }

    const Profile& profile_;
    const Flames& flames_;
    Names names_;
    JsonStream json_;
};

void DataWriter::write_categories() {
    json_.column("categories", account::kAllCategories.size(), [&](std::size_t i) {
        const account::Category category = account::kAllCategories[i];
        json_.print("{{\"name\":{},\"meaning\":{}}}", json_string(account::category_name(category)),
                    json_string(report::note_on(category).meaning));
    });
}

std::int64_t microseconds(double seconds) { return std::llround(seconds * 1e6); }

void DataWriter::write_pauses(const std::vector<PauseStretch>& pauses) {
    json_.print("\"pauses\":{{");
    json_.column("begin_us", pauses.size(), [&](std::size_t i) { json_.print("{}", microseconds(pauses[i].begin_s)); });
    json_.print(",");
    json_.column("end_us", pauses.size(), [&](std::size_t i) { json_.print("{}", microseconds(pauses[i].end_s)); });
    json_.print(",");
    json_.column("category", pauses.size(),
                 [&](std::size_t i) { json_.print("{}", static_cast<int>(pauses[i].category)); });
    json_.print("}}");
}

void DataWriter::write_row(const RunTimeline& timeline, std::size_t row, const std::vector<int>& row_of) {
    const analysis::RunProfile& run = *timeline.run;
    const analysis::ThreadProfile& thread = run.thread_profiles[row];
    const exports::Slices& slices = timeline.slices.threads[row];
    json_.print("{{\"name\":{},\"pid\":{},\"tid\":{},\"slices\":{{", json_string(thread.name), thread.process,
                thread.tid);
    const auto column = [&](const char* name, auto value) {
        json_.column(name, slices.size(), [&](std::size_t i) { json_.print("{}", value(slices[i])); });
    };
    column("begin_us", [](const Slice& slice) { return slice.begin_us; });
    json_.print(",");
    column("end_us", [](const Slice& slice) { return slice.end_us; });
    json_.print(",");
    column("category", [](const Slice& slice) { return static_cast<int>(slice.span->category); });
    json_.print(",");
    column("node", [&](const Slice& slice) { return node(slice.span->node); });
    json_.print(",");
    column("lock", [&](const Slice& slice) {
        const int lock = slice.span->lock;
        return lock == kNone ? kNone : names_.lock(run.locks[static_cast<std::size_t>(lock)]);
    });
    json_.print(",");
    column("held_by", [&](const Slice& slice) {
        const int held_by = slice.span->held_by;
        return held_by == kNone ? kNone : row_of[static_cast<std::size_t>(held_by)];
    });
    json_.print(",");
    column("held_until_us", [](const Slice& slice) { return microseconds(slice.span->held_until_s); });
    json_.print(",");
    column("holder", [&](const Slice& slice) { return node(slice.span->holder); });
    json_.print("}}}}");
}

void DataWriter::write_timeline(const RunTimeline& timeline) {
    const analysis::RunProfile& run = *timeline.run;
    std::vector<int> row_of(run.thread_profiles.size(), kNone);
    for (std::size_t row = 0; row < timeline.rows.size(); ++row) row_of[timeline.rows[row]] = static_cast<int>(row);
    json_.print("{{\"threads\":{},\"repeat\":{},\"wall_s\":{},\"resolution_us\":{},\"hidden_rows\":{},", run.threads,
                run.repeat, seconds_text(run.wall_s), timeline.slices.resolution_us,
                run.thread_profiles.size() - timeline.rows.size());
    json_.print("\"hidden_pauses\":{},", timeline.hidden_pauses);
    write_pauses(timeline.pauses);
    json_.print(",");
    json_.column("rows", timeline.rows.size(), [&](std::size_t i) { write_row(timeline, timeline.rows[i], row_of); });
    json_.print("}}");
}

void DataWriter::write_nodes() {
    const std::vector<FlameNode>& nodes = flames_.nodes;
    json_.print("\"nodes\":{{");
    json_.column("parent", nodes.size(), [&](std::size_t i) { json_.print("{}", nodes[i].parent); });
    json_.print(",");
    json_.column("function", nodes.size(),
                 [&](std::size_t i) { json_.print("{}", i == 0 ? kNone : names_.function(nodes[i].function)); });
    json_.print(",");
    json_.column("line", nodes.size(), [&](std::size_t i) { json_.print("{}", nodes[i].line); });
    json_.print("}}");
}

void DataWriter::write_view(const FlameView& view) {
    const std::vector<FlameCost>& own = view.own;
    json_.print("{{\"kind\":\"{}\",\"threads\":{},\"versus\":{},\"wall_s\":{},\"total_s\":{},\"folded_share\":{:.4g},",
                flame_kind_name(view.kind), view.threads,
                view.versus == 0 ? std::string("null") : std::to_string(view.versus), seconds_text(view.wall_s),
                seconds_text(view.total_s), view.folded_share);
    json_.print("\"own\":{{");
    json_.column("node", own.size(), [&](std::size_t i) { json_.print("{}", own[i].node); });
    json_.print(",");
    json_.column("category", own.size(), [&](std::size_t i) { json_.print("{}", static_cast<int>(own[i].category)); });
    json_.print(",");
    json_.column("lock", own.size(), [&](std::size_t i) { json_.print("{}", own[i].lock); });
    json_.print(",");
    json_.column("seconds", own.size(), [&](std::size_t i) { json_.print("{}", seconds_text(own[i].seconds)); });
    json_.print(",");
    json_.column("waits", own.size(), [&](std::size_t i) { json_.print("{:.6g}", own[i].waits); });
    json_.print("}}}}");
}

void DataWriter::write_flames() {
    names_.write_functions(json_);
    json_.print(",");
    names_.write_locks(json_);
    json_.print(",");
    write_nodes();
    json_.print(",");
    json_.column("views", flames_.views.size(), [&](std::size_t i) { write_view(flames_.views[i]); });
}

/// In JSON it stands in strings only, where it may be written so; in HTML it could begin a tag.
std::string without_less_than(const std::string& json) {
    std::string text;
    text.reserve(json.size() + json.size() / 64);
    for (const char character : json) {
        if (character == '<')
            text += "\\u003c";
        else
            text += character;
    }
    return text;
}

void keep_largest(analysis::RegionResult& region) {
    const auto cut = [](auto& rows, std::size_t most) { rows.resize(std::min(rows.size(), most)); };
    for (analysis::RunResult& run : region.runs) {
        cut(run.functions, kMostFunctions);
        cut(run.locks, kMostLocks);
        cut(run.objects, kMostLocks);
        for (analysis::Lock& lock : run.locks) {
            cut(lock.waiters, kMostSides);
            cut(lock.holders, kMostSides);
        }
        for (analysis::Object& object : run.objects) cut(object.sites, kMostSides);
    }
}

/// Of long tables what stands first: largest first they are.
std::string report_text(analysis::Analysis analysis) {
    keep_largest(analysis.whole);
    for (analysis::RegionResult& region : analysis.regions) keep_largest(region);
    std::ostringstream out;
    report::write_json(analysis, out, report::JsonLayout::Compact);
    return std::move(out).str();
}

}  // namespace

std::string page_data(const analysis::Analysis* analysis, const Profile& profile, const Flames& flames,
                      const std::vector<RunTimeline>& timelines) {
    std::optional<std::string> report;
    if (analysis != nullptr) report = report_text(*analysis);
    std::ostringstream out;
    DataWriter(profile, flames, out).write(report, timelines);
    return without_less_than(std::move(out).str());
}

}  // namespace ftscale::html
