// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/checked_json.h"
#include "base/error.h"
#include "ftscale/recording_format.h"

namespace ftscale::recording {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr const char* kFormat = "ftscale.recording/1";
constexpr const char* kUseItsMaker = "use the ftscale that recorded it, or record again";

template <typename T>
void put_optional(ordered_json& object, const char* key, const std::optional<T>& value) {
    if (value) object[key] = *value;
}

using Value = base::JsonValue<json>;

// Beyond these no figure means anything, and sums would not fit.
constexpr int kMostThreads = 65536, kMostCpus = 1 << 20, kMostRuns = 1'000'000;
constexpr double kMostSeconds = 1e9, kMostHertz = 1e6;

// Enumerations by name: a manifest is read by people too.
struct OutcomeName {
    RunOutcome outcome;
    const char* name;
};
constexpr OutcomeName kOutcomes[] = {{RunOutcome::Exited, "exited"},
                                     {RunOutcome::Signalled, "signalled"},
                                     {RunOutcome::TimedOut, "timed_out"},
                                     {RunOutcome::Interrupted, "interrupted"},
                                     {RunOutcome::FailedToStart, "failed_to_start"},
                                     {RunOutcome::Lost, "lost"}};

const char* name_of(RunOutcome outcome) {
    for (const auto& row : kOutcomes) {
        if (row.outcome == outcome) return row.name;
    }
    return "exited";
}

RunOutcome parse_outcome(const std::string& name) {
    for (const auto& row : kOutcomes) {
        if (name == row.name) return row.outcome;
    }
    throw base::Error(fmt::format("the recording's manifest has an unknown run outcome '{}'", name), kUseItsMaker);
}

std::string text_of(const Value& value) {
    std::string text;
    value.to(text);
    return text;
}

Scaling parse_scaling(const std::string& name) {
    if (name == "strong") return Scaling::Strong;
    if (name == "weak") return Scaling::Weak;
    throw base::Error(fmt::format("the recording's manifest has an unknown scaling '{}'", name), kUseItsMaker);
}

ordered_json to_object(const Interpreter& interpreter) {
    return {{"path", interpreter.path},
            {"version", interpreter.version},
            {"version_hex", interpreter.version_hex},
            {"build", interpreter.build},
            {"implementation", interpreter.implementation},
            {"free_threaded", interpreter.free_threaded},
            {"gil_enabled", interpreter.gil_enabled}};
}

Interpreter parse_interpreter(const Value& object) {
    Interpreter interpreter;
    object["path"].to(interpreter.path);
    object["version"].to(interpreter.version);
    object["version_hex"].to(interpreter.version_hex);
    object["build"].to(interpreter.build);
    object["implementation"].to(interpreter.implementation);
    object["free_threaded"].to(interpreter.free_threaded);
    object["gil_enabled"].to(interpreter.gil_enabled);
    return interpreter;
}

ordered_json to_object(const Machine& machine) {
    ordered_json object = {{"cpus", machine.cpus},         {"physical_cores", machine.physical_cores},
                           {"model", machine.model},       {"kernel", machine.kernel},
                           {"governor", machine.governor}, {"memory_bytes", machine.memory_bytes}};
    put_optional(object, "cgroup_cpu_limit", machine.cgroup_cpu_limit);
    put_optional(object, "perf_event_paranoid", machine.perf_event_paranoid);
    return object;
}

Machine parse_machine(const Value& object) {
    Machine machine;
    object["cpus"].to(machine.cpus, 0, kMostCpus);
    object["physical_cores"].to(machine.physical_cores, 0, kMostCpus);
    object["model"].to(machine.model);
    object["kernel"].to(machine.kernel);
    object["governor"].to(machine.governor);
    object["memory_bytes"].to(machine.memory_bytes);
    object.member_to("cgroup_cpu_limit", machine.cgroup_cpu_limit);
    object.member_to("perf_event_paranoid", machine.perf_event_paranoid);
    return machine;
}

ordered_json to_object(const Sweep& sweep) {
    return {{"threads", sweep.threads},
            {"repeats", sweep.repeats},
            {"warmups", sweep.warmups},
            {"seed", sweep.seed},
            {"scaling", sweep.scaling == Scaling::Weak ? "weak" : "strong"},
            {"pinned", sweep.pinned},
            {"frequency_hz", sweep.frequency_hz},
            {"timeout_s", sweep.timeout_s},
            {"follow_children", sweep.follow_children},
            {"sampler", sweep.sampler},
            {"environment_names", sweep.environment_names},
            {"thread_environment", sweep.thread_environment},
            {"library_threads", sweep.library_threads},
            {"events", sweep.events},
            {"no_counters", sweep.no_counters},
            {"retry_disturbed", sweep.retry_disturbed},
            {"max_bytes", sweep.max_bytes}};
}

Sweep parse_sweep(const Value& object) {
    Sweep sweep;
    for (const Value& count : object["threads"].elements()) count.to(sweep.threads.emplace_back(), 1, kMostThreads);
    object["repeats"].to(sweep.repeats, 0, kMostRuns);
    object["warmups"].to(sweep.warmups, 0, kMostRuns);
    object["seed"].to(sweep.seed);
    sweep.scaling = parse_scaling(text_of(object["scaling"]));
    object["pinned"].to(sweep.pinned);
    object["frequency_hz"].to(sweep.frequency_hz, 0.0, kMostHertz);
    object["timeout_s"].to(sweep.timeout_s, 0.0, kMostSeconds);
    object["follow_children"].to(sweep.follow_children);
    // Recordings made before these were kept are as readable.
    object.member_to("sampler", sweep.sampler);
    object.member_to("environment_names", sweep.environment_names);
    object.member_to("thread_environment", sweep.thread_environment);
    object.member_to("library_threads", sweep.library_threads);
    object.member_to("events", sweep.events);
    object.member_to("no_counters", sweep.no_counters);
    object.member_to("retry_disturbed", sweep.retry_disturbed, 0, kMostRuns);
    object.member_to("max_bytes", sweep.max_bytes);
    return sweep;
}

ordered_json to_object(const Leftover& leftover) {
    return {{"pid", leftover.pid}, {"command", leftover.command}, {"cpu_s", leftover.cpu_s}};
}

Leftover parse_leftover(const Value& object) {
    Leftover leftover;
    object["pid"].to(leftover.pid);
    object["command"].to(leftover.command);
    object["cpu_s"].to(leftover.cpu_s, 0.0, kMostSeconds);
    return leftover;
}

ordered_json to_object(const OtherLoad& load) {
    ordered_json object = {{"others_s", load.others_s}, {"stolen_s", load.stolen_s}};
    put_optional(object, "pressure_s", load.pressure_s);
    for (const Leftover& process : load.busiest) object["busiest"].push_back(to_object(process));
    return object;
}

OtherLoad parse_other_load(const Value& object) {
    OtherLoad load;
    object["others_s"].to(load.others_s, 0.0, kMostSeconds);
    object["stolen_s"].to(load.stolen_s, 0.0, kMostSeconds);
    object.member_to("pressure_s", load.pressure_s);
    if (!object.has("busiest")) return load;
    for (const Value& process : object["busiest"].elements()) load.busiest.push_back(parse_leftover(process));
    return load;
}

/// Of what most runs have not, they say nothing.
void put_disturbances(ordered_json& object, const Run& run) {
    if (run.suspended_ns > 0) object["suspended_ns"] = run.suspended_ns;
    if (run.other_load) object["other_load"] = to_object(*run.other_load);
    if (run.stops > 0) object.update({{"stops", run.stops}, {"stopped_ns", run.stopped_ns}});
    for (const Leftover& leftover : run.leftovers) object["leftovers"].push_back(to_object(leftover));
}

void parse_disturbances(const Value& object, Run& run) {
    object.member_to("stops", run.stops, 0, kMostRuns);
    object.member_to("stopped_ns", run.stopped_ns, std::uint64_t{0}, format::kLatestNs);
    object.member_to("suspended_ns", run.suspended_ns, std::uint64_t{0}, format::kLatestNs);
    if (object.has("other_load")) run.other_load = parse_other_load(object["other_load"]);
    if (!object.has("leftovers")) return;
    for (const Value& leftover : object["leftovers"].elements()) run.leftovers.push_back(parse_leftover(leftover));
}

ordered_json to_object(const Run& run) {
    ordered_json object = {{"id", run.id},
                           {"threads", run.threads},
                           {"repeat", run.repeat},
                           {"warmup", run.warmup},
                           {"control", run.control},
                           {"has_probe", run.has_probe},
                           {"outcome", name_of(run.outcome)},
                           {"exit_code", run.exit_code},
                           {"signal", run.signal},
                           {"start_error", run.start_error},
                           {"started_ns", run.started_ns},
                           {"ended_ns", run.ended_ns},
                           {"cpus", run.cpus},
                           {"oversubscribed", run.oversubscribed},
                           {"smt_siblings", run.smt_siblings},
                           {"user_s", run.user_s},
                           {"system_s", run.system_s}};
    put_disturbances(object, run);
    return object;
}

/// A run that was not seen to end has no end.
void check_times(const Value& object, const Run& run) {
    if (run.ended_ns != 0 && run.ended_ns < run.started_ns) object.refuse("ends before it starts");
}

Run parse_run(const Value& object) {
    Run run;
    object["id"].to(run.id, 0, kMostRuns);
    object["threads"].to(run.threads, 1, kMostThreads);
    object["repeat"].to(run.repeat, 0, kMostRuns);
    object["warmup"].to(run.warmup);
    object["control"].to(run.control);
    object.member_to("has_probe", run.has_probe);  // recordings older than calibration have none without
    run.outcome = parse_outcome(text_of(object["outcome"]));
    object["exit_code"].to(run.exit_code);
    object["signal"].to(run.signal);
    object["start_error"].to(run.start_error);
    object["started_ns"].to(run.started_ns, std::uint64_t{0}, format::kLatestNs);
    object["ended_ns"].to(run.ended_ns, std::uint64_t{0}, format::kLatestNs);
    check_times(object, run);
    for (const Value& cpu : object["cpus"].elements()) cpu.to(run.cpus.emplace_back(), 0, kMostCpus);
    object["oversubscribed"].to(run.oversubscribed);
    object["smt_siblings"].to(run.smt_siblings);
    object["user_s"].to(run.user_s, 0.0, kMostSeconds);
    object["system_s"].to(run.system_s, 0.0, kMostSeconds);
    parse_disturbances(object, run);
    return run;
}

ordered_json to_object(const Counter& counter) {
    return {{"name", counter.name}, {"role", counter.role}, {"group", counter.group}, {"user_only", counter.user_only}};
}

Counter parse_counter(const Value& object) {
    Counter counter;
    object["name"].to(counter.name);
    object["role"].to(counter.role);
    object["group"].to(counter.group);
    object["user_only"].to(counter.user_only);
    return counter;
}

ordered_json to_object(const MissingCounter& missing) { return {{"name", missing.name}, {"reason", missing.reason}}; }

MissingCounter parse_missing_counter(const Value& object) {
    return {text_of(object["name"]), text_of(object["reason"])};
}

template <typename Element>
ordered_json to_array(const std::vector<Element>& elements) {
    ordered_json array = ordered_json::array();
    for (const Element& element : elements) array.push_back(to_object(element));
    return array;
}

/// A stream belongs to the run of its number.
void check_ids(const Value& object, const std::vector<Run>& runs) {
    std::vector<int> ids;
    for (const Run& run : runs) ids.push_back(run.id);
    std::sort(ids.begin(), ids.end());
    if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) object["runs"].refuse("has two runs of one id");
}

/// Both are absent in recordings older than counters.
void parse_counters(const Value& object, Manifest& manifest) {
    if (object.has("counters"))
        for (const Value& counter : object["counters"].elements()) manifest.counters.push_back(parse_counter(counter));
    if (object.has("missing_counters"))
        for (const Value& missing : object["missing_counters"].elements())
            manifest.missing_counters.push_back(parse_missing_counter(missing));
}

Manifest parse_object(const Value& object) {
    const std::string format = text_of(object["format"]);
    if (format != kFormat)
        throw base::Error(fmt::format("the recording's manifest is '{}', this ftscale reads '{}'", format, kFormat),
                          kUseItsMaker);
    Manifest manifest;
    object.member_to("id", manifest.id);
    object["tool_version"].to(manifest.tool_version);
    object["created"].to(manifest.created);
    object["argv"].to(manifest.argv);
    object["working_directory"].to(manifest.working_directory);
    manifest.interpreter = parse_interpreter(object["interpreter"]);
    manifest.machine = parse_machine(object["machine"]);
    manifest.sweep = parse_sweep(object["sweep"]);
    parse_counters(object, manifest);
    for (const Value& run : object["runs"].elements()) manifest.runs.push_back(parse_run(run));
    check_ids(object, manifest.runs);
    object["interrupted"].to(manifest.interrupted);
    object["build_ids"].to(manifest.build_ids);
    return manifest;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
    const ordered_json object = {{"format", kFormat},
                                 {"id", manifest.id},
                                 {"tool_version", manifest.tool_version},
                                 {"created", manifest.created},
                                 {"argv", manifest.argv},
                                 {"working_directory", manifest.working_directory},
                                 {"interpreter", to_object(manifest.interpreter)},
                                 {"machine", to_object(manifest.machine)},
                                 {"sweep", to_object(manifest.sweep)},
                                 {"counters", to_array(manifest.counters)},
                                 {"missing_counters", to_array(manifest.missing_counters)},
                                 {"runs", to_array(manifest.runs)},
                                 {"interrupted", manifest.interrupted},
                                 {"build_ids", manifest.build_ids}};
    // Arguments and paths are bytes; what is not UTF-8 among them must not make the recording unwritable.
    return object.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

Manifest parse_manifest(const std::string& text) {
    const auto refuse = [](const char* why) {
        return base::Error(fmt::format("the recording's manifest cannot be read: {}", why), "record again");
    };
    try {
        const json document = json::parse(text);
        return parse_object(base::checked(document));
    } catch (const json::exception& error) {
        throw refuse(error.what());
    } catch (const base::BadMember& error) {
        throw refuse(error.what());
    }
}

}  // namespace ftscale::recording
