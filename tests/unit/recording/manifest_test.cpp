// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/manifest.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "support/catch.h"
#include "unit/recording/small_recording.h"

using namespace ftscale;
using namespace ftscale::recording;
using nlohmann::json;

namespace {

std::string refusal(const std::string& text) {
    try {
        parse_manifest(text);
    } catch (const base::Error& error) {
        return error.what();
    }
    return {};
}
std::string refusal_of(const json& object) { return refusal(object.dump()); }

/// All objects within, by their path: "" is the manifest itself.
void collect_objects(const json& value, const json::json_pointer& at, std::vector<json::json_pointer>& found) {
    if (!value.is_structured()) return;
    if (value.is_object() && at.to_string() != "/build_ids") found.push_back(at);
    for (const auto& [key, child] : value.items()) {
        collect_objects(child, value.is_array() ? at / static_cast<std::size_t>(std::stoul(key)) : at / key, found);
    }
}

}  // namespace

TEST_CASE("figures that no sweep has are refused") {
    const json good = json::parse(to_json(tests::full_manifest()));
    const auto refused = [&good](const char* at, const json& value) {
        json changed = good;
        changed[json::json_pointer(at)] = value;
        INFO(at << ": " << value.dump());
        CHECK_THAT(refusal_of(changed), ContainsSubstring("manifest cannot be read"));
    };
    for (const json& count :
         {json(0), json(-1), json(std::int64_t{1} << 31), json((std::int64_t{1} << 32) + 1), json(1.5)}) {
        refused("/runs/0/threads", count);
        refused("/sweep/threads/1", count);
    }
    refused("/runs/1/id", good["runs"][0]["id"]);
    refused("/runs/0/ended_ns", 1);
    refused("/runs/0/started_ns", ~std::uint64_t{0});
    refused("/runs/0/user_s", -1);
    refused("/runs/0/cpus/0", -5);
    refused("/machine/cpus", 1e300);
    refused("/build_ids", json::array());
    CHECK(refusal(to_json(tests::full_manifest())).empty());
}

TEST_CASE("a manifest comes back as it was") {
    const Manifest before = tests::full_manifest();
    const Manifest after = parse_manifest(to_json(before));
    CHECK(to_json(after) == to_json(before));

    CHECK(after.argv == before.argv);
    CHECK(after.interpreter.version_hex == before.interpreter.version_hex);
    CHECK(after.interpreter.free_threaded);
    CHECK(after.machine.cgroup_cpu_limit == before.machine.cgroup_cpu_limit);
    CHECK(after.machine.perf_event_paranoid == -1);
    CHECK(after.machine.memory_bytes == before.machine.memory_bytes);
    CHECK(after.sweep.threads == std::vector<int>{1, 2, 8});
    CHECK(after.sweep.seed == 0xffffffffffffffff);
    CHECK(after.sweep.scaling == Scaling::Weak);
    CHECK_FALSE(after.sweep.pinned);
    CHECK(after.sweep.follow_children);
    CHECK(after.sweep.sampler == "cpu-timer");
    REQUIRE(after.runs.size() == 2);
    REQUIRE(after.counters.size() == 1);
    CHECK(after.counters[0].name == "LLC-LOAD-MISSES");
    CHECK(after.counters[0].role == "cache_misses");
    CHECK(after.counters[0].group == 1);
    CHECK(after.counters[0].user_only);
    REQUIRE(after.missing_counters.size() == 1);
    CHECK(after.missing_counters[0].reason == "no PMU");
    CHECK(after.runs[0].outcome == RunOutcome::Signalled);
    CHECK(after.runs[0].started_ns == 0x3000000000000001);
    CHECK(after.runs[0].cpus == std::vector<int>{0, 5});
    CHECK(after.runs[0].user_s == 1.0 / 3);
    CHECK(after.runs[0].start_error == "no such file");
    CHECK(after.runs[0].control == "gil");
    CHECK_FALSE(after.runs[0].has_probe);
    CHECK(after.sweep.max_bytes == 0x8000000000000004);
    CHECK(after.runs[0].stops == 2);
    CHECK(after.runs[0].stopped_ns == 0x3000000000000003);
    REQUIRE(after.runs[0].leftovers.size() == 1);
    CHECK(after.runs[0].leftovers[0].pid == 123);
    CHECK(after.runs[0].leftovers[0].command == "python3 worker.py");
    CHECK(after.runs[0].leftovers[0].cpu_s == 0.25);
    CHECK(after.runs[1].leftovers.empty());
    CHECK(after.interrupted);
    CHECK(after.build_ids == before.build_ids);
}

TEST_CASE("what is not known stays unknown") {
    const Manifest after = parse_manifest(to_json(Manifest{}));
    CHECK_FALSE(after.machine.cgroup_cpu_limit);
    CHECK_FALSE(after.machine.perf_event_paranoid);
}

TEST_CASE("every outcome of a run has a name") {
    for (const auto outcome : {RunOutcome::Exited, RunOutcome::Signalled, RunOutcome::TimedOut, RunOutcome::Interrupted,
                               RunOutcome::FailedToStart, RunOutcome::Lost}) {
        Manifest manifest;
        manifest.runs.emplace_back().outcome = outcome;
        CHECK(parse_manifest(to_json(manifest)).runs[0].outcome == outcome);
    }
}

TEST_CASE("arguments that are not UTF-8 do not make a manifest unwritable") {
    Manifest manifest;
    manifest.argv = {"caf\xe9.py"};
    CHECK_THAT(parse_manifest(to_json(manifest)).argv.at(0), ContainsSubstring("caf"));
}

TEST_CASE("fields of later versions are passed over") {
    json object = json::parse(to_json(tests::full_manifest()));
    object["moon_phase"] = "full";
    object["sweep"]["controls"] = {1, 2};
    CHECK(parse_manifest(object.dump()).runs.size() == 2);
}

TEST_CASE("a manifest that lacks a field, or has another kind of value there, is refused by the field's name") {
    const json whole = json::parse(to_json(tests::full_manifest()));
    const std::vector<std::string> optional = {
        "cgroup_cpu_limit",  "perf_event_paranoid", "has_probe",  "counters",    "missing_counters", "sampler",
        "environment_names", "thread_environment",  "events",     "no_counters", "max_bytes",        "library_threads",
        "retry_disturbed",   "suspended_ns",        "other_load", "pressure_s",  "busiest",          "stops",
        "stopped_ns",        "leftovers",           "id"};
    std::vector<json::json_pointer> objects;
    collect_objects(whole, json::json_pointer(), objects);
    REQUIRE(objects.size() ==
            9);  // manifest, interpreter, machine, sweep, a counter, a missing one, two runs, a leftover
    for (const auto& at : objects) {
        for (const auto& [key, value] : whole[at].items()) {
            CAPTURE(at.to_string(), key);
            json changed = whole;
            changed[at][key] = json::array({json::object({{"not", "this"}})});
            CHECK_THAT(refusal_of(changed), ContainsSubstring("'" + (at / key).to_string().substr(1)));
            if (std::find(optional.begin(), optional.end(), key) != optional.end()) continue;
            changed[at].erase(key);
            CHECK_THAT(refusal_of(changed), ContainsSubstring("'" + (at / key).to_string().substr(1) + "' is missing"));
        }
    }
}

TEST_CASE("what is no manifest is refused") {
    CHECK_THAT(refusal(""), ContainsSubstring("manifest"));
    CHECK_THAT(refusal("[]"), ContainsSubstring("manifest"));
    CHECK_THAT(refusal("null"), ContainsSubstring("manifest"));
    CHECK_THAT(refusal("{\"format\": \"ftscale.recording/9\"}"),
               ContainsSubstring("ftscale.recording/9") && ContainsSubstring("ftscale.recording/1"));
    const std::string whole = to_json(tests::full_manifest());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        if (refusal(whole.substr(0, length)).empty()) FAIL("accepted when cut at byte " << length);
    }
    json object = json::parse(whole);
    object["runs"][0]["outcome"] = "evaporated";
    CHECK_THAT(refusal_of(object), ContainsSubstring("evaporated"));
    object = json::parse(whole);
    object["sweep"]["scaling"] = "feeble";
    CHECK_THAT(refusal_of(object), ContainsSubstring("feeble"));
}
