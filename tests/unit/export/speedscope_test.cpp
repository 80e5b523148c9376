// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/speedscope.h"

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "profiled.h"
#include "support/catch.h"
#include "support/small_profile.h"

namespace ftscale::tests {
namespace {

using exports::Selection;
using exports::Side;
using exports::What;
using nlohmann::json;

json speedscope(const analysis::Profile& profile, const Selection& selection) {
    std::ostringstream out;
    exports::write_speedscope(profile.tree, exports::select_stacks(profile, selection), "app.py at 2 threads", out);
    json file = json::parse(out.str());
    for (const json& one : file.at("profiles")) {
        CHECK(one.at("samples").size() == one.at("weights").size());
        double sum = 0;
        for (const json& weight : one.at("weights")) sum += weight.get<double>();
        CHECK(sum == Approx(one.at("endValue").get<double>()));
        for (const json& sample : one.at("samples"))
            for (const json& frame : sample) CHECK(frame.get<std::size_t>() < file.at("shared").at("frames").size());
    }
    return file;
}

TEST_CASE("all threads first, then the threads by weight; frames with their files and lines") {
    Story story;
    const StackId main = story.python("main", "/src/app.py", 1), f = story.python("f", "/src/app.py", 3, main);
    RunStory& run = story.run(2, 100);
    run.thread("a").works(40, main);
    run.thread("b").works(100, story.native("crunch", f));
    const json file = speedscope(profiled(story), {2, What::Cpu, {}, Side::Waiter, {}});
    CHECK(file.at("$schema") == "https://www.speedscope.app/file-format-schema.json");
    CHECK(file.at("exporter").get<std::string>().rfind("ftscale@", 0) == 0);
    CHECK(file.at("name") == "app.py at 2 threads");
    CHECK(file.at("activeProfileIndex") == 0);
    const json& profiles = file.at("profiles");
    REQUIRE(profiles.size() == 3);
    CHECK(profiles[0].at("name") == "all threads: CPU time");
    CHECK(profiles[1].at("name") == "b: CPU time");
    CHECK(profiles[2].at("name") == "a: CPU time");
    CHECK(profiles[0].at("unit") == "seconds");
    CHECK(profiles[0].at("endValue").get<double>() == Approx(0.140));
    const json& frames = file.at("shared").at("frames");
    REQUIRE(frames.size() == 3);
    CHECK(frames[0] == json{{"name", "main (app.py:1)"}, {"file", "/src/app.py"}, {"line", 1}});
    const json& native = frames[2];
    CHECK(native.at("file") == "/no/such/crunch");
    CHECK_FALSE(native.contains("line"));
}

TEST_CASE("states other than work are frames, losses growth alone") {
    Story story;
    const StackId f = story.python("f", "/app.py", 3), g = story.python("g", "/app.py", 9);
    const StoryLock list = story.object_lock("list");
    story.run(1, 100).thread("w").works(60, f).works(40, g);
    RunStory& two = story.run(2, 70);
    two.thread("a").works(60, f).waits(10, list, f);
    two.thread("b").works(70, f);
    const json file = speedscope(profiled(story), {2, What::Loss, {}, Side::Waiter, {}});
    const json& profile = file.at("profiles").at(0);
    CHECK(profile.at("name") == "all threads: lost thread time (growth only)");
    CHECK(profile.at("endValue").get<double>() == Approx(0.080));
    CHECK(file.dump().find("\"[lock_wait]\"") != std::string::npos);
}

TEST_CASE("counters are numbers without a unit") {
    Story story;
    RunStory& run = story.run(1, 100);
    run.process().counters = {{"page-faults", 0, false}};
    run.thread("w").counts({2}).works(100, story.python("f", "/app.py", 3));
    const json file = speedscope(profiled(story), {1, What::Counter, "page-faults", Side::Waiter, {}});
    CHECK(file.at("profiles").at(0).at("unit") == "none");
    CHECK(file.at("profiles").at(0).at("endValue").get<double>() == Approx(200));
}

TEST_CASE("odd names come out as they are, but for what is not UTF-8") {
    const json file = speedscope(odd_profile(), {1, What::Cpu, {}, Side::Waiter, {}});
    std::set<std::string> names;
    for (const json& frame : file.at("shared").at("frames")) names.insert(frame.at("name").get<std::string>());
    for (const std::string& name : odd_names_in_utf8())
        CHECK((names.contains(name) || names.contains(name + " (a;b \"c\".py:7)")));
}

}  // namespace
}  // namespace ftscale::tests
