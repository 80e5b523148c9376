// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/firefox.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "export/text.h"
#include "export/thread_counts.h"
#include "support/catch.h"
#include "support/small_profile.h"

using namespace ftscale;
using namespace ftscale::tests;
using nlohmann::json;

namespace {

json exported(const analysis::Profile& profile, int threads = 0) {
    std::ostringstream out;
    exports::write_firefox(profile, threads, out);
    return json::parse(out.str());
}

bool is_sorted(const json& times) { return std::is_sorted(times.begin(), times.end()); }

/// Each index leads to a row that is there, each column is as long as the table says, and time does not run backwards:
/// the viewer loads what is not so without a word, and shows something else.
void check_thread(const json& thread) {
    for (const char* name : {"samples", "markers", "stackTable", "frameTable", "funcTable", "resourceTable"}) {
        const json& table = thread.at(name);
        for (const auto& [column, values] : table.items())
            if (values.is_array()) CHECK(values.size() == table.at("length"));
    }
    const auto check_indexes = [](const json& column, std::size_t length) {
        for (const json& index : column)
            if (!index.is_null() && index != -1) CHECK(index.get<std::size_t>() < length);
    };
    const std::size_t strings = thread.at("stringArray").size();
    check_indexes(thread.at("samples").at("stack"), thread.at("stackTable").at("length"));
    check_indexes(thread.at("stackTable").at("frame"), thread.at("frameTable").at("length"));
    check_indexes(thread.at("frameTable").at("func"), thread.at("funcTable").at("length"));
    check_indexes(thread.at("funcTable").at("name"), strings);
    check_indexes(thread.at("funcTable").at("fileName"), strings);
    check_indexes(thread.at("funcTable").at("resource"), thread.at("resourceTable").at("length"));
    check_indexes(thread.at("markers").at("name"), strings);
    const json& prefix = thread.at("stackTable").at("prefix");
    for (std::size_t i = 0; i < prefix.size(); ++i) CHECK((prefix[i].is_null() || prefix[i] < i));
    for (const json& data : thread.at("markers").at("data"))
        for (const char* fact : {"lock", "holder", "holder_thread"})
            if (data.contains(fact)) CHECK(data.at(fact) < strings);
    CHECK(is_sorted(thread.at("samples").at("time")));
    CHECK(is_sorted(thread.at("markers").at("startTime")));
}

/// Functions' names, leaf first.
std::vector<std::string> stack_names(const json& thread, json stack) {
    std::vector<std::string> names;
    for (; !stack.is_null(); stack = thread.at("stackTable").at("prefix").at(stack.get<std::size_t>())) {
        const json frame = thread.at("stackTable").at("frame").at(stack.get<std::size_t>());
        const json function = thread.at("frameTable").at("func").at(frame.get<std::size_t>());
        const json name = thread.at("funcTable").at("name").at(function.get<std::size_t>());
        names.push_back(thread.at("stringArray").at(name.get<std::size_t>()));
    }
    return names;
}

std::string text(const json& thread, const json& index) {
    return thread.at("stringArray").at(index.get<std::size_t>());
}

double sum(const json& values) {
    double total = 0;
    for (const json& value : values) total += value.get<double>();
    return total;
}

}  // namespace

TEST_CASE("Firefox: samples with the time on CPU they stand for") {
    const json file = exported(small_profile());
    REQUIRE(file.at("threads").size() == 2);
    for (const json& thread : file.at("threads")) check_thread(thread);

    const json& main = file["threads"][0];
    CHECK(main["name"] == "MainThread");
    CHECK(main["pid"] == "200");
    CHECK(main["isMainThread"] == true);
    CHECK(main["samples"]["stack"][0].is_null());  // the thread's begin
    CHECK(main["samples"]["time"] == json({0, 10, 20, 60}));
    CHECK(main["samples"]["weight"] == json({0, 10, 10, 10}));
    CHECK(main["samples"]["threadCPUDelta"] == json({0, 10'000'000, 10'000'000, 10'000'000}));
    CHECK(stack_names(main, main["samples"]["stack"][1]) == std::vector<std::string>{"collect", "<module>"});
    CHECK(stack_names(main, main["samples"]["stack"][3]) == std::vector<std::string>{"<lambda>", "<module>"});

    const json& worker = file["threads"][1];
    CHECK(worker["isMainThread"] == false);
    CHECK(sum(worker["samples"]["weight"]) == Approx(50));
    CHECK(stack_names(worker, worker["samples"]["stack"][2]) ==
          std::vector<std::string>{"[refcount]", "collect", "<module>"});
    CHECK(stack_names(worker, worker["samples"]["stack"][3]) ==
          std::vector<std::string>{"[gc]", "collect", "<module>"});
}

TEST_CASE("Firefox: waits are markers with their lock and holder") {
    const json file = exported(small_profile());
    const json& main = file["threads"][0];
    const json& markers = main["markers"];
    REQUIRE(markers["length"] == 1);
    CHECK(text(main, markers["name"][0]) == "lock_wait");
    CHECK(markers["startTime"][0] == 20);
    CHECK(markers["endTime"][0] == 50);
    CHECK(markers["phase"][0] == 1);
    const json& data = markers["data"][0];
    CHECK(text(main, data["lock"]) == "list");
    CHECK(text(main, data["holder"]) == "collect (app.py:14)");
    CHECK(text(main, data["holder_thread"]) == "worker-1");
    CHECK(stack_names(main, data["cause"]["stack"]) == std::vector<std::string>{"list_append", "collect", "<module>"});

    const json& worker = file["threads"][1];
    CHECK(worker["markers"]["length"] == 2);  // gc and sleep
    CHECK_FALSE(worker["markers"]["data"][1].contains("holder"));
    std::vector<std::string> types;
    for (const json& schema : file["meta"]["markerSchema"]) types.push_back(schema["name"]);
    for (const json& thread : file["threads"])
        for (const json& facts : thread["markers"]["data"])
            CHECK(std::count(types.begin(), types.end(), facts["type"].get<std::string>()) == 1);
}

TEST_CASE("Firefox: counters of running and waiting threads") {
    const json file = exported(small_profile());
    REQUIRE(file["counters"].size() == 2);
    const json& running = file["counters"][0];
    CHECK(running["name"] == "running threads");
    CHECK(running["samples"]["time"] == json({0, 0, 20, 60}));  // at 50 ms one begins as the other ends
    CHECK(running["samples"]["count"] == json({0, 2, -1, -1}));
    const json& waiting = file["counters"][1];
    CHECK(waiting["name"] == "lock waiters");
    CHECK(waiting["samples"]["time"] == json({0, 20, 50}));
    CHECK(waiting["samples"]["count"] == json({0, 1, -1}));
}

TEST_CASE("Firefox: what the file says about itself") {
    const json meta = exported(small_profile(), 1)["meta"];
    CHECK(meta["preprocessedProfileVersion"] == 49);
    CHECK(meta["interval"] == 1);
    CHECK(meta["startTime"] == 1'787'307'072'000);
    CHECK(meta["profilingEndTime"] == 100.000001);
    CHECK(meta["product"] == "app.py {threads} at 1 thread");
    CHECK(meta["logicalCPUs"] == 4);
    CHECK(meta["categories"][0]["color"] == "grey");
}

TEST_CASE("Firefox: a thread without samples, and native code without Python") {
    analysis::Profile profile = small_profile();
    profile.runs = {profile.runs.front()};
    analysis::ThreadProfile& thread = profile.runs[0].thread_profiles[0];
    thread.spans.push_back({0.1, 0.1000005, account::Category::Io, 0, 0, analysis::kNone, analysis::kNone, true});
    thread.samples = {{0.05, 0}};
    profile.runs[0].thread_profiles.push_back({"idle", 100, 101, 0, 0.1, {}, {}});
    const json file = exported(profile);
    for (const json& one : file["threads"]) check_thread(one);
    CHECK(file["threads"][0]["samples"]["stack"] == json::array({nullptr, nullptr}));
    CHECK(file["threads"][0]["markers"]["endTime"][0] == 100.0005);
    CHECK_FALSE(file["threads"][0]["markers"]["data"][0].contains("cause"));
    CHECK(file["threads"][1]["samples"]["length"] == 1);
}

TEST_CASE("Firefox: odd names survive") {
    const json file = exported(odd_profile());
    const json& thread = file["threads"][0];
    check_thread(thread);
    CHECK(thread["name"] == odd_names()[3] + odd_names()[4]);
    for (std::size_t i = 0; i < odd_names().size(); ++i) {
        CHECK(stack_names(thread, thread["samples"]["stack"][i + 1]).front() == exports::valid_utf8(odd_names()[i]));
        CHECK(text(thread, thread["markers"]["data"][i]["lock"]) == exports::valid_utf8(odd_names()[i]));
    }
}

TEST_CASE("thread counts: one change per instant, none where one state passes into the next") {
    const analysis::Profile profile = large_profile(800, 200);
    const analysis::RunProfile& run = profile.runs[0];
    int now = 0;
    std::int64_t last_ns = -1;
    for (const exports::CountChange& change :
         exports::count_threads(run, 400, [](const analysis::Span& span) { return !span.is_wait; })) {
        CHECK(change.change != 0);
        CHECK(change.time_ns > last_ns);
        last_ns = change.time_ns;
        now += change.change;
        CHECK((now >= 0 && now <= 8));
    }
    CHECK(now == 0);
    CHECK(exports::count_threads(run, 401, [](const analysis::Span&) { return true; }).empty());
}
