// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/manifest.h"

#include <fmt/format.h>

// Exceptions say where in the document.
#define JSON_DIAGNOSTICS 1
#include <nlohmann/json.hpp>

#include "base/error.h"

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

template <typename T>
std::optional<T> take_optional(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return std::nullopt;
    return found->get<T>();
}

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

Interpreter parse_interpreter(const json& object) {
    Interpreter interpreter;
    object.at("path").get_to(interpreter.path);
    object.at("version").get_to(interpreter.version);
    object.at("version_hex").get_to(interpreter.version_hex);
    object.at("build").get_to(interpreter.build);
    object.at("implementation").get_to(interpreter.implementation);
    object.at("free_threaded").get_to(interpreter.free_threaded);
    object.at("gil_enabled").get_to(interpreter.gil_enabled);
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

Machine parse_machine(const json& object) {
    Machine machine;
    object.at("cpus").get_to(machine.cpus);
    object.at("physical_cores").get_to(machine.physical_cores);
    object.at("model").get_to(machine.model);
    object.at("kernel").get_to(machine.kernel);
    object.at("governor").get_to(machine.governor);
    object.at("memory_bytes").get_to(machine.memory_bytes);
    machine.cgroup_cpu_limit = take_optional<double>(object, "cgroup_cpu_limit");
    machine.perf_event_paranoid = take_optional<int>(object, "perf_event_paranoid");
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

Sweep parse_sweep(const json& object) {
    Sweep sweep;
    object.at("threads").get_to(sweep.threads);
    object.at("repeats").get_to(sweep.repeats);
    object.at("warmups").get_to(sweep.warmups);
    object.at("seed").get_to(sweep.seed);
    sweep.scaling = parse_scaling(object.at("scaling").get<std::string>());
    object.at("pinned").get_to(sweep.pinned);
    object.at("frequency_hz").get_to(sweep.frequency_hz);
    object.at("timeout_s").get_to(sweep.timeout_s);
    object.at("follow_children").get_to(sweep.follow_children);
    sweep.sampler = take_optional<std::string>(object, "sampler").value_or("");
    // Recordings made before these were kept are as readable.
    using Words = std::vector<std::string>;
    sweep.environment_names = take_optional<Words>(object, "environment_names").value_or(Words());
    sweep.thread_environment = take_optional<bool>(object, "thread_environment").value_or(true);
    sweep.library_threads = take_optional<std::string>(object, "library_threads").value_or("");
    sweep.events = take_optional<Words>(object, "events").value_or(Words());
    sweep.no_counters = take_optional<bool>(object, "no_counters").value_or(false);
    sweep.retry_disturbed = take_optional<int>(object, "retry_disturbed").value_or(0);
    sweep.max_bytes = take_optional<std::uint64_t>(object, "max_bytes").value_or(0);
    return sweep;
}

ordered_json to_object(const Leftover& leftover) {
    return {{"pid", leftover.pid}, {"command", leftover.command}, {"cpu_s", leftover.cpu_s}};
}

Leftover parse_leftover(const json& object) {
    Leftover leftover;
    object.at("pid").get_to(leftover.pid);
    object.at("command").get_to(leftover.command);
    object.at("cpu_s").get_to(leftover.cpu_s);
    return leftover;
}

ordered_json to_object(const OtherLoad& load) {
    ordered_json object = {{"others_s", load.others_s}, {"stolen_s", load.stolen_s}};
    put_optional(object, "pressure_s", load.pressure_s);
    for (const Leftover& process : load.busiest) object["busiest"].push_back(to_object(process));
    return object;
}

OtherLoad parse_other_load(const json& object) {
    OtherLoad load;
    object.at("others_s").get_to(load.others_s);
    object.at("stolen_s").get_to(load.stolen_s);
    load.pressure_s = take_optional<double>(object, "pressure_s");
    if (!object.contains("busiest")) return load;
    for (const json& process : object.at("busiest")) load.busiest.push_back(parse_leftover(process));
    return load;
}

/// Of what most runs have not, they say nothing.
void put_disturbances(ordered_json& object, const Run& run) {
    if (run.suspended_ns > 0) object["suspended_ns"] = run.suspended_ns;
    if (run.other_load) object["other_load"] = to_object(*run.other_load);
    if (run.stops > 0) object.update({{"stops", run.stops}, {"stopped_ns", run.stopped_ns}});
    for (const Leftover& leftover : run.leftovers) object["leftovers"].push_back(to_object(leftover));
}

void parse_disturbances(const json& object, Run& run) {
    run.stops = take_optional<int>(object, "stops").value_or(0);
    run.stopped_ns = take_optional<std::uint64_t>(object, "stopped_ns").value_or(0);
    run.suspended_ns = take_optional<std::uint64_t>(object, "suspended_ns").value_or(0);
    if (object.contains("other_load")) run.other_load = parse_other_load(object.at("other_load"));
    if (!object.contains("leftovers")) return;
    for (const json& leftover : object.at("leftovers")) run.leftovers.push_back(parse_leftover(leftover));
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

Run parse_run(const json& object) {
    Run run;
    object.at("id").get_to(run.id);
    object.at("threads").get_to(run.threads);
    object.at("repeat").get_to(run.repeat);
    object.at("warmup").get_to(run.warmup);
    object.at("control").get_to(run.control);
    run.has_probe = take_optional<bool>(object, "has_probe").value_or(true);  // recordings older than calibration
    run.outcome = parse_outcome(object.at("outcome").get<std::string>());
    object.at("exit_code").get_to(run.exit_code);
    object.at("signal").get_to(run.signal);
    object.at("start_error").get_to(run.start_error);
    object.at("started_ns").get_to(run.started_ns);
    object.at("ended_ns").get_to(run.ended_ns);
    object.at("cpus").get_to(run.cpus);
    object.at("oversubscribed").get_to(run.oversubscribed);
    object.at("smt_siblings").get_to(run.smt_siblings);
    object.at("user_s").get_to(run.user_s);
    object.at("system_s").get_to(run.system_s);
    parse_disturbances(object, run);
    return run;
}

ordered_json to_object(const Counter& counter) {
    return {{"name", counter.name}, {"role", counter.role}, {"group", counter.group}, {"user_only", counter.user_only}};
}

Counter parse_counter(const json& object) {
    Counter counter;
    object.at("name").get_to(counter.name);
    object.at("role").get_to(counter.role);
    object.at("group").get_to(counter.group);
    object.at("user_only").get_to(counter.user_only);
    return counter;
}

ordered_json to_object(const MissingCounter& missing) { return {{"name", missing.name}, {"reason", missing.reason}}; }

MissingCounter parse_missing_counter(const json& object) {
    return {object.at("name").get<std::string>(), object.at("reason").get<std::string>()};
}

template <typename Element>
ordered_json to_array(const std::vector<Element>& elements) {
    ordered_json array = ordered_json::array();
    for (const Element& element : elements) array.push_back(to_object(element));
    return array;
}

/// Both are absent in recordings older than counters.
void parse_counters(const json& object, Manifest& manifest) {
    if (object.contains("counters"))
        for (const json& counter : object.at("counters")) manifest.counters.push_back(parse_counter(counter));
    if (object.contains("missing_counters"))
        for (const json& missing : object.at("missing_counters"))
            manifest.missing_counters.push_back(parse_missing_counter(missing));
}

Manifest parse_object(const json& object) {
    const auto format = object.at("format").get<std::string>();
    if (format != kFormat)
        throw base::Error(fmt::format("the recording's manifest is '{}', this ftscale reads '{}'", format, kFormat),
                          kUseItsMaker);
    Manifest manifest;
    object.at("tool_version").get_to(manifest.tool_version);
    object.at("created").get_to(manifest.created);
    object.at("argv").get_to(manifest.argv);
    object.at("working_directory").get_to(manifest.working_directory);
    manifest.interpreter = parse_interpreter(object.at("interpreter"));
    manifest.machine = parse_machine(object.at("machine"));
    manifest.sweep = parse_sweep(object.at("sweep"));
    parse_counters(object, manifest);
    for (const json& run : object.at("runs")) manifest.runs.push_back(parse_run(run));
    object.at("interrupted").get_to(manifest.interrupted);
    object.at("build_ids").get_to(manifest.build_ids);
    return manifest;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
    const ordered_json object = {{"format", kFormat},
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
    try {
        return parse_object(json::parse(text));
    } catch (const json::exception& error) {
        throw base::Error(fmt::format("the recording's manifest cannot be read: {}", error.what()), "record again");
    }
}

}  // namespace ftscale::recording
