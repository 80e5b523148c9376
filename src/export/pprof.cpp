// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/pprof.h"
#include "analysis/places.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>
#include <protozero/pbf_builder.hpp>
#include <tuple>

#include "export/frame_label.h"
#include "export/gzip.h"
#include "export/pprof_fields.h"
#include "export/text.h"
#include "export/time_of_day.h"

namespace ftscale::exports {
namespace {

using protozero::pbf_builder;

constexpr double kNsPerSecond = 1e9;
constexpr std::uint64_t kMappingId = 1;  // the only one: frames carry their names and need no address

struct ValueName {
    std::string type, unit;
};

/// What one selection contributes to the file: its stacks, and which of the values they have.
struct Part {
    WeightedStacks stacks;
    bool by_thread = false;  // else only "all threads" is known
    std::vector<ValueName> values;
};

Part make_part(const analysis::Profile& profile, const Selection& selection, What what) {
    Selection one = selection;
    one.what = what;
    Part part{select_stacks(profile, one), false, {}};
    switch (what) {
        case What::Cpu:
            part.values = {{"samples", "count"}, {"cpu", "nanoseconds"}};
            break;
        case What::Wait:
            part.values = {{"contentions", "count"}, {"delay", "nanoseconds"}};
            break;
        case What::All:
            part.values = {{"capacity", "nanoseconds"}};
            break;
        case What::Loss:
            part.values = {{"loss", "nanoseconds"}};
            break;
        case What::Refcount:
            part.values = {{"refcount", "nanoseconds"}};
            break;
        case What::Counter:
            part.values = {{selection.counter, "count"}};
            break;
    }
    part.by_thread = what == What::Cpu || what == What::Wait || what == What::Refcount;
    return part;
}

std::vector<Part> make_parts(const analysis::Profile& profile, const Selection& selection) {
    if (selection.what != What::All) return {make_part(profile, selection, selection.what)};
    std::vector<Part> parts = {make_part(profile, selection, What::Cpu), make_part(profile, selection, What::Wait)};
    if (selection.thread.empty()) parts.push_back(make_part(profile, selection, What::All));
    return parts;
}

/// Rounds a row of values so that the row's sum is rounded, rather than each value by itself.
class Rounding {
  public:
    std::int64_t next(double value) {
        exact_ += value;
        const std::int64_t rounded = std::llround(exact_) - given_;
        given_ += rounded;
        return rounded;
    }

  private:
    double exact_ = 0;
    std::int64_t given_ = 0;
};

class PprofWriter {
  public:
    PprofWriter(const analysis::Profile& profile, const Selection& selection)
        : profile_(profile), selection_(selection), parts_(make_parts(profile, selection)) {}

    std::string write() {
        for (const Part& part : parts_) value_count_ += part.values.size();
        write_value_names();
        write_mapping();
        std::size_t first_value = 0;
        for (const Part& part : parts_) {
            write_part(part, first_value);
            first_value += part.values.size();
        }
        write_facts();
        for (const std::string& text : strings_) out_.add_string(pprof::Profile::StringTable, text);
        return std::move(bytes_);
    }

  private:
    std::int64_t string(const std::string& text);
    void write_value_name(pprof::Profile field, const ValueName& name);
    void write_value_names();
    void write_mapping();
    void write_part(const Part& part, std::size_t first_value);
    void write_sample(const Part& part, const Series& series, const StackWeight& stack,
                      const std::vector<std::int64_t>& values);
    void write_labels(pbf_builder<pprof::Sample>& sample, const Part& part, const Series& series,
                      const StackWeight& stack);
    void write_label(pbf_builder<pprof::Sample>& sample, const char* key, const std::string& text);
    void write_thread_count(pbf_builder<pprof::Sample>& sample, int threads);
    std::vector<std::uint64_t> locations(const StackWeight& stack);
    std::uint64_t location(const analysis::Place& place, int line);
    std::uint64_t function(const analysis::Place& place);
    void write_facts();
    std::vector<std::string> comments() const;

    const analysis::Profile& profile_;
    const Selection& selection_;
    std::vector<Part> parts_;
    std::size_t value_count_ = 0;
    std::string bytes_;
    pbf_builder<pprof::Profile> out_{bytes_};
    std::map<std::string, std::int64_t> string_ids_ = {{"", 0}};
    std::vector<std::string> strings_ = {""};
    std::map<analysis::Place, std::uint64_t> function_ids_;
    std::map<std::pair<std::uint64_t, int>, std::uint64_t> location_ids_;  // function, line
};

std::int64_t PprofWriter::string(const std::string& text) {
    const auto [found, is_new] = string_ids_.try_emplace(text, static_cast<std::int64_t>(strings_.size()));
    if (is_new) strings_.push_back(valid_utf8(text));
    return found->second;
}

void PprofWriter::write_value_name(pprof::Profile field, const ValueName& name) {
    const std::int64_t type = string(name.type), unit = string(name.unit);
    pbf_builder<pprof::ValueType> message{out_, field};
    message.add_int64(pprof::ValueType::Type, type);
    message.add_int64(pprof::ValueType::Unit, unit);
}

void PprofWriter::write_value_names() {
    for (const Part& part : parts_)
        for (const ValueName& name : part.values) write_value_name(pprof::Profile::SampleType, name);
    // The time, rather than how often: what stands last in the first part.
    out_.add_int64(pprof::Profile::DefaultSampleType, string(parts_.front().values.back().type));
}

/// Tells pprof that all names are known, lest it look for them in the interpreter's file.
void PprofWriter::write_mapping() {
    const std::int64_t filename = string(profile_.manifest.interpreter.path);
    pbf_builder<pprof::Mapping> mapping{out_, pprof::Profile::Mapping};
    mapping.add_uint64(pprof::Mapping::Id, kMappingId);
    mapping.add_int64(pprof::Mapping::Filename, filename);
    for (const pprof::Mapping known : {pprof::Mapping::HasFunctions, pprof::Mapping::HasFilenames,
                                       pprof::Mapping::HasLineNumbers, pprof::Mapping::HasInlineFrames})
        mapping.add_bool(known, true);
}

void PprofWriter::write_part(const Part& part, std::size_t first_value) {
    std::vector<Rounding> roundings(part.values.size());
    const double unit = part.stacks.is_time ? kNsPerSecond : 1;
    // "All threads", which repeats what the threads say, stands first unless one thread is asked for.
    const bool skips_first = part.by_thread && selection_.thread.empty();
    for (std::size_t s = skips_first ? 1 : 0; s < part.stacks.series.size(); ++s)
        for (const StackWeight& stack : part.stacks.series[s].stacks) {
            std::vector<std::int64_t> values(value_count_);
            bool is_any = false;
            for (std::size_t v = 0; v < roundings.size(); ++v) {
                const bool is_last = v + 1 == roundings.size();  // the weight, after the events where they are counted
                values[first_value + v] = roundings[v].next(is_last ? stack.value * unit : stack.events);
                is_any = is_any || values[first_value + v] != 0;
            }
            if (is_any) write_sample(part, part.stacks.series[s], stack, values);
        }
}

void PprofWriter::write_sample(const Part& part, const Series& series, const StackWeight& stack,
                               const std::vector<std::int64_t>& values) {
    const std::vector<std::uint64_t> ids = locations(stack);
    pbf_builder<pprof::Sample> sample{out_, pprof::Profile::Sample};
    sample.add_packed_uint64(pprof::Sample::LocationId, ids.begin(), ids.end());
    sample.add_packed_int64(pprof::Sample::Value, values.begin(), values.end());
    write_labels(sample, part, series, stack);
}

void PprofWriter::write_labels(pbf_builder<pprof::Sample>& sample, const Part& part, const Series& series,
                               const StackWeight& stack) {
    const bool is_wait = part.stacks.what == What::Wait;
    if (part.by_thread) write_label(sample, "thread", series.name);
    write_thread_count(sample, part.stacks.threads);
    if (part.stacks.what != What::Counter) write_label(sample, "category", account::category_name(stack.category));
    if (stack.lock != analysis::kNone) {
        const analysis::ProfileLock& lock = part.stacks.locks[static_cast<std::size_t>(stack.lock)];
        write_label(sample, "lock_kind", account::lock_kind_name(lock.kind));
        write_label(sample, "lock_type", lock.type);
    }
    if (is_wait) write_label(sample, "side", selection_.side == Side::Waiter ? "waiter" : "holder");
    write_label(sample, "python_version", profile_.manifest.interpreter.version);
}

void PprofWriter::write_label(pbf_builder<pprof::Sample>& sample, const char* key, const std::string& text) {
    if (text.empty()) return;
    pbf_builder<pprof::Label> label{sample, pprof::Sample::Label};
    label.add_int64(pprof::Label::Key, string(key));
    label.add_int64(pprof::Label::Str, string(text));
}

void PprofWriter::write_thread_count(pbf_builder<pprof::Sample>& sample, int threads) {
    pbf_builder<pprof::Label> label{sample, pprof::Sample::Label};
    label.add_int64(pprof::Label::Key, string("nthreads"));
    label.add_int64(pprof::Label::Num, threads);
}

/// Leaf first. What has no stack is what it is.
std::vector<std::uint64_t> PprofWriter::locations(const StackWeight& stack) {
    std::vector<std::uint64_t> ids;
    const analysis::CallTree& tree = profile_.tree;
    for (std::uint32_t node = stack.node; node != 0; node = tree.nodes[node].parent)
        ids.push_back(location(tree.functions[tree.nodes[node].function], tree.nodes[node].line));
    if (ids.empty())
        ids.push_back(location({fmt::format("[{}]", account::category_name(stack.category)), "", 0, true}, 0));
    return ids;
}

std::uint64_t PprofWriter::location(const analysis::Place& place, int line) {
    const std::uint64_t function_id = function(place);
    const auto [found, is_new] = location_ids_.try_emplace({function_id, line}, location_ids_.size() + 1);
    if (is_new) {
        pbf_builder<pprof::Location> message{out_, pprof::Profile::Location};
        message.add_uint64(pprof::Location::Id, found->second);
        message.add_uint64(pprof::Location::MappingId, kMappingId);
        pbf_builder<pprof::Line> line_message{message, pprof::Location::Line};
        line_message.add_uint64(pprof::Line::FunctionId, function_id);
        line_message.add_int64(pprof::Line::Line, line);
    }
    return found->second;
}

std::uint64_t PprofWriter::function(const analysis::Place& place) {
    const auto [found, is_new] = function_ids_.try_emplace(place, function_ids_.size() + 1);
    if (is_new) {
        // Where both names are equal, pprof takes them for C++ and cuts what looks like templates and parameters out of
        // them; "<lambda>", too.
        const std::int64_t name = string(frame_label(place)), system_name = place.native ? 0 : string(place.function),
                           filename = string(analysis::source_of(place));
        pbf_builder<pprof::Function> message{out_, pprof::Profile::Function};
        message.add_uint64(pprof::Function::Id, found->second);
        message.add_int64(pprof::Function::Name, name);
        if (system_name != name) message.add_int64(pprof::Function::SystemName, system_name);
        message.add_int64(pprof::Function::Filename, filename);
        message.add_int64(pprof::Function::StartLine, place.line);
    }
    return found->second;
}

void PprofWriter::write_facts() {
    const WeightedStacks& stacks = parts_.front().stacks;
    if (const auto created_s = parse_utc(profile_.manifest.created))
        out_.add_int64(pprof::Profile::TimeNanos, *created_s * 1'000'000'000);
    double wall_s = 0;
    for (const analysis::RunProfile& run : profile_.runs)
        if (run.threads == stacks.threads) wall_s += run.wall_s / stacks.repeats;
    out_.add_int64(pprof::Profile::DurationNanos, std::llround(wall_s * kNsPerSecond));
    if (profile_.manifest.sweep.frequency_hz > 0) {
        write_value_name(pprof::Profile::PeriodType, {"cpu", "nanoseconds"});
        out_.add_int64(pprof::Profile::Period, std::llround(kNsPerSecond / profile_.manifest.sweep.frequency_hz));
    }
    std::vector<std::int64_t> ids;
    for (const std::string& comment : comments()) ids.push_back(string(comment));
    out_.add_packed_int64(pprof::Profile::Comment, ids.begin(), ids.end());
}

std::vector<std::string> PprofWriter::comments() const {
    const recording::Manifest& manifest = profile_.manifest;
    const WeightedStacks& stacks = parts_.front().stacks;
    std::vector<std::string> comments = {
        fmt::format("ftscale {}: {}", manifest.tool_version, fmt::join(manifest.argv, " ")),
        fmt::format("{} thread{}, mean of {} run{}", stacks.threads, stacks.threads == 1 ? "" : "s", stacks.repeats,
                    stacks.repeats == 1 ? "" : "s")};
    for (const Part& part : parts_)
        comments.push_back(fmt::format("{}: {}", part.values.back().type, part.stacks.unit_name));
    return comments;
}

}  // namespace

void write_pprof(const analysis::Profile& profile, const Selection& selection, std::ostream& out) {
    const std::string packed = gzip(PprofWriter(profile, selection).write());
    out.write(packed.data(), static_cast<std::streamsize>(packed.size()));
}

}  // namespace ftscale::exports
