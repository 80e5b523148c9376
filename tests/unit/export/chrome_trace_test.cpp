// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/chrome_trace.h"

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/error.h"
#include "profiled.h"
#include "support/catch.h"
#include "support/small_profile.h"

namespace ftscale::tests {
namespace {

using nlohmann::json;

std::vector<json> events_of(const analysis::Profile& profile, const std::string& phase) {
    std::ostringstream out;
    exports::write_chrome_trace(profile, 0, out);
    std::vector<json> events;
    const json file = json::parse(out.str());
    for (const json& event : file.at("traceEvents"))
        if (event.at("ph") == phase) events.push_back(event);
    return events;
}

double end_of(const json& slice) { return slice.at("ts").get<double>() + slice.at("dur").get<double>(); }

//  a |=====work 60=====|==lock 40, ended by b in release==|
//  b |=====work 80======================|=====work 20=====|
analysis::Profile two_threads() {
    Story story;
    story.manifest().argv = {"app.py", "--size", "3"};
    const StackId add = story.python("add", "/app.py", 12), release = story.python("release", "/app.py", 30);
    const StackId append = story.native("list_append", add);
    const StoryLock list = story.object_lock("list");
    RunStory& run = story.run(2, 100);
    ThreadStory &a = run.thread("a"), &b = run.thread("b");
    a.works(60, add).waits(40, list, append, &b, release);
    b.works(80, add).works(20, release);
    return profiled(story);
}

TEST_CASE("the threads' states are slices that follow each other, with function, line and lock") {
    const std::vector<json> slices = events_of(two_threads(), "X");
    REQUIRE(slices.size() == 4);
    CHECK(slices[0].at("name") == "work");
    CHECK(slices[0].at("tid") == 100);
    CHECK(slices[0].at("ts") == 0);
    CHECK(slices[0].at("dur") == 60'000);
    CHECK(slices[0].at("args") == json{{"function", "add"}, {"file", "/app.py"}, {"line", 12}});
    CHECK(slices[1].at("name") == "lock_wait");
    CHECK(slices[1].at("ts") == 60'000);
    CHECK(slices[1].at("dur") == 40'000);
    CHECK(slices[1].at("args").at("lock") == "list");
    CHECK(slices[1].at("args").at("function") == "add");
    CHECK(slices[1].at("args").contains("native"));
    CHECK(slices[3].at("args").at("function") == "release");
}

TEST_CASE("an arrow goes from who let go to who waited, within slices of both") {
    const analysis::Profile profile = two_threads();
    const std::vector<json> slices = events_of(profile, "X"), from = events_of(profile, "s"),
                            to = events_of(profile, "f");
    REQUIRE(from.size() == 1);
    REQUIRE(to.size() == 1);
    CHECK(from[0].at("tid") == 101);
    CHECK(to[0].at("tid") == 100);
    CHECK(from[0].at("id") == to[0].at("id"));
    CHECK(from[0].at("name") == to[0].at("name"));
    CHECK(from[0].at("cat") == to[0].at("cat"));
    for (const auto& [end, slice] : {std::pair(from[0], slices[3]), std::pair(to[0], slices[1])}) {
        CHECK(end.at("bp") == "e");
        CHECK(end.at("tid") == slice.at("tid"));
        CHECK(end.at("ts") >= slice.at("ts"));
        CHECK(end.at("ts").get<double>() < end_of(slice));
    }
}

TEST_CASE("names of process and threads, and the number of running threads") {
    const analysis::Profile profile = two_threads();
    const std::vector<json> names = events_of(profile, "M");
    REQUIRE(names.size() == 5);
    CHECK(names[0].at("args").at("name") == "app.py --size 3 at 2 threads");
    CHECK(names[1].at("args").at("name") == "a");
    CHECK(names[3].at("args").at("name") == "b");
    const std::vector<json> counts = events_of(profile, "C");
    REQUIRE(counts.size() == 3);
    CHECK(counts[0].at("name") == "running threads");
    CHECK(counts[0].at("args").at("threads") == 2);
    CHECK(counts[1].at("ts") == 60'000);
    CHECK(counts[1].at("args").at("threads") == 1);
    CHECK(counts[2].at("args").at("threads") == 0);
}

TEST_CASE("where no thread was seen to let go there is no arrow") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3);
    story.run(1, 100).thread("w").works(50, f).waits(50, story.object_lock("list"), f);
    const analysis::Profile profile = profiled(story);
    CHECK(events_of(profile, "X").size() == 2);
    CHECK(events_of(profile, "s").empty());
    CHECK(events_of(profile, "f").empty());
}

TEST_CASE("odd names in a trace come out as they are, but for what is not UTF-8") {
    std::set<std::string> names;
    for (const json& slice : events_of(odd_profile(), "X"))
        for (const json& text : slice.at("args"))
            if (text.is_string()) names.insert(text.get<std::string>());
    for (const std::string& name : odd_names_in_utf8()) CHECK(names.contains(name));
}

TEST_CASE("a timeline of a thread count that the recording does not have is refused") {
    std::ostringstream out;
    CHECK_THROWS_AS(exports::write_chrome_trace(two_threads(), 5, out), base::Error);
}

}  // namespace
}  // namespace ftscale::tests
