// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Objects whose reference counts are fought over, from run to run.
#include "analysis/objects.h"

#include <cmath>

#include "measured.h"

namespace ftscale::tests {
namespace {

using account::Category;
using analysis::Object;
using analysis::RunResult;

struct Sharing {
    Story story;
    StackId f = story.python("f", "/src/app.py", 3), g = story.python("g", "/src/app.py", 9);
    recording::FrameId increment = story.code("PyList_Append", {touch(symbols::AccessKind::Atomic, 8, 16)});
    /// Of a thread that the story does not tell.
    StoryObject foreign(const std::string& type) {
        StoryObject object = story.object(type);
        object.owner = 1;
        return object;
    }
    std::vector<RunResult> runs() { return Measured(story).runs(); }
};

//  n=1  |r=========|      n=2  |rrr===|   r: at the object's reference count
//                              |rrr===|
TEST_CASE("an object has one id at all thread counts, and its growth is net of what the work around gained") {
    Sharing s;
    s.story.run(1, 100).thread("w").touches(10, s.f, s.increment, s.foreign("list")).works(90, s.f);
    RunStory& two = s.story.run(2, 60);
    const StoryObject list = s.foreign("list");  // elsewhere in this process
    for (const char* name : {"a", "b"}) two.thread(name).touches(30, s.f, s.increment, list).works(30, s.f);
    const std::vector<RunResult> runs = s.runs();
    REQUIRE(runs[0].objects.size() == 1);
    REQUIRE(runs[1].objects.size() == 1);
    CHECK(runs[0].objects[0].id == "list@app.py:3");
    CHECK(runs[0].objects[0].lost_cores == Approx(0));
    const Object& object = runs[1].objects[0];
    CHECK(object.id == "list@app.py:3");
    CHECK(object.count == 1);
    CHECK(object.refcount_s == Approx(0.06));
    CHECK(runs[1].loss[Category::Refcount] == Approx(0.02));
    CHECK(runs[1].loss[Category::Work] == Approx(0).margin(1e-12));
    CHECK(object.lost_cores == Approx(2 * 20.0 / 120));
    REQUIRE(object.sites.size() == 1);
    CHECK(object.sites[0].place.function == "f");
    CHECK(object.sites[0].place.line == 3);
}

TEST_CASE("a name is part of an id, and objects of one type at one place are told apart by it") {
    Sharing s;
    RunStory& run = s.story.run(2, 60);
    const StoryObject rows = s.foreign("list"), cells = s.foreign("list"), other = s.foreign("list");
    run.process().object_names[{rows.address, rows.type}] = "rows";
    run.process().object_names[{cells.address, cells.type}] = "cells";
    for (const char* name : {"a", "b"}) {
        ThreadStory& thread = run.thread(name);
        thread.touches(30, s.f, s.increment, rows).touches(20, s.f, s.increment, cells);
        thread.touches(10, s.g, s.increment, other);
    }
    const RunResult result = s.runs()[0];
    REQUIRE(result.objects.size() == 3);
    CHECK(result.objects[0].id == "list:rows@app.py:3");
    CHECK(result.objects[0].name == "rows");
    CHECK(result.objects[1].id == "list:cells@app.py:3");
    CHECK(result.objects[2].id == "list@app.py:9");
    for (const analysis::Function& function : result.functions) {
        if (function.place.function == "f")
            CHECK(function.objects == std::vector<std::string>{"list:rows@app.py:3", "list:cells@app.py:3"});
        if (function.place.function == "g") CHECK(function.objects == std::vector<std::string>{"list@app.py:9"});
    }
}

TEST_CASE("objects that are alike are told apart by their rank") {
    Sharing s;
    for (const int n : {1, 2}) {
        RunStory& run = s.story.run(n, 60);
        std::vector<StoryObject> lists;
        for (int i = 0; i < 3; ++i) lists.push_back(s.foreign("list"));
        for (int t = 0; t < n; ++t) {
            ThreadStory& thread = run.thread("w");
            for (int i = 0; i < 3; ++i)
                thread.touches(10 * (i + 1), s.f, s.increment, lists[static_cast<std::size_t>(i)]);
        }
    }
    const std::vector<RunResult> runs = s.runs();
    for (const RunResult& run : runs) {
        REQUIRE(run.objects.size() == 3);
        CHECK(run.objects[0].id == "list@app.py:3");
        CHECK(run.objects[0].refcount_s == Approx(0.03 * run.threads));
        CHECK(run.objects[1].id == "list@app.py:3#2");
        CHECK(run.objects[2].id == "list@app.py:3#3");
        CHECK(run.objects[2].refcount_s == Approx(0.01 * run.threads));
    }
    CHECK(runs[1].objects[2].lost_cores == Approx(2 * 10.0 / 120));
}

TEST_CASE("the small ones among many stand in one row") {
    for (const bool has_large : {true, false}) {
        Sharing s;
        RunStory& run = s.story.run(1, 60);
        ThreadStory& thread = run.thread("w");
        if (has_large) thread.touches(40, s.f, s.increment, s.foreign("Row"));
        for (int i = 0; i < 20; ++i) thread.touches(1, s.f, s.increment, s.foreign("Row"));
        const RunResult result = s.runs()[0];
        REQUIRE(result.objects.size() == (has_large ? 2 : 1));
        const Object& small = result.objects.back();
        CHECK(small.count == 20);
        CHECK(small.refcount_s == Approx(0.02));
        CHECK(small.id == (has_large ? "Row@app.py:3#2" : "Row@app.py:3"));
    }
}

TEST_CASE("figures are means over the repeats") {
    Sharing s;
    for (const int repeat : {0, 1}) {
        RunStory& run = s.story.run(1, 60, repeat);
        ThreadStory& thread = run.thread("w");
        thread.touches(repeat == 0 ? 10 : 30, s.f, s.increment, s.foreign("list"));
        if (repeat == 1) thread.touches(10, s.f, s.increment, s.foreign("dict"));
        thread.works(60 - thread.now_ms(), s.g);
    }
    const RunResult result = s.runs()[0];
    REQUIRE(result.objects.size() == 2);
    CHECK(result.objects[0].refcount_s == Approx(0.02));
    CHECK(result.objects[0].count == 1);
    CHECK(result.objects[1].refcount_s == Approx(0.005));
    CHECK(result.objects[1].count == Approx(0.5));
}

TEST_CASE("an object counted at several places is that of the place that counts it most") {
    Sharing s;
    const StoryObject list = s.foreign("list");
    s.story.run(1, 60).thread("w").touches(20, s.f, s.increment, list).touches(40, s.g, s.increment, list);
    const RunResult result = s.runs()[0];
    REQUIRE(result.objects.size() == 1);
    CHECK(result.objects[0].id == "list@app.py:9");
    REQUIRE(result.objects[0].sites.size() == 2);
    CHECK(result.objects[0].sites[0].place.function == "g");
    CHECK(result.objects[0].sites[1].refcount_s == Approx(0.02));
    for (const analysis::Function& function : result.functions) CHECK(function.objects.size() == 1);
}

TEST_CASE("what one object no longer costs is no other's loss") {
    Sharing s;
    const analysis::Place site{"f", "/src/app.py", 3, false};
    const analysis::ObjectKey grows{"list", "", site, 0}, shrinks{"dict", "", site, 0};
    analysis::ObjectCosts before, after;
    before[grows].seconds = 1;
    before[shrinks].seconds = 3;
    after[grows].seconds = 5;
    after[shrinks].seconds = 1;
    const analysis::ObjectIds ids = analysis::make_object_ids({&before, &after});
    const auto rows = [&](double loss_s) { return analysis::object_rows(after, before, ids, 1, 0.5, loss_s); };
    CHECK(rows(2)[0].type == "list");
    CHECK(rows(2)[0].lost_cores == Approx(0.5 * 2));  // all of the category's loss
    CHECK(rows(2)[1].lost_cores < 0);
    CHECK(rows(9)[0].lost_cores == Approx(0.5 * 4));  // never more than it grew by
    CHECK(rows(-1)[0].lost_cores == 0);
}

TEST_CASE("weak scaling: an object that costs each thread the same has not grown") {
    Sharing s;
    s.story.manifest().sweep.scaling = recording::Scaling::Weak;
    for (const int n : {1, 2}) {
        RunStory& run = s.story.run(n, 100);
        const StoryObject list = s.foreign("list");
        for (int t = 0; t < n; ++t) run.thread("w").touches(20, s.f, s.increment, list).works(80, s.f);
    }
    const std::vector<RunResult> runs = s.runs();
    CHECK(runs[1].objects[0].refcount_s == Approx(0.04));
    CHECK(std::abs(runs[1].objects[0].lost_cores) < 1e-9);
}

}  // namespace
}  // namespace ftscale::tests
