// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What ran alone, by who wanted it.
#include "analysis/serial.h"

#include "unit/analysis/analysed.h"

namespace ftscale::tests {
namespace {

const analysis::Finding* find(const analysis::Analysis& analysis, const std::string& rule) {
    for (const analysis::Finding& finding : analysis.findings)
        if (finding.rule == rule) return &finding;
    return nullptr;
}

bool mentions(const analysis::Finding& finding, const std::string& text) {
    return std::any_of(finding.evidence.begin(), finding.evidence.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

/// A script that loads a module in 40 ms, shares 40 ms of work among its threads, and does 20 ms of the same alone.
struct Loading {
    Story story;
    StackId top = story.python("<module>", "/app.py", 6), call = story.python("<module>", "/app.py", 20);
    StackId loader = story.python("_find_and_load", "<frozen importlib._bootstrap>", 1360, top);
    StackId execute = story.python("_call_with_frames_removed", "<frozen importlib._bootstrap>", 488, loader);
    StackId body = story.python("<module>", "/lib/big.py", 1, execute);
    StackId work = story.python("fit", "/lib/model.py", 8, story.python("work", "/app.py", 12));
    StackId refit = story.python("fit", "/lib/model.py", 8, story.python("best", "/lib/search.py", 30, call));

    Loading() {
        story.run(1, 100).thread("MainThread").works(40, body).works(40, work).works(20, refit);
        RunStory& two = story.run(2, 80);
        two.thread("MainThread").works(40, body).works(20, work).works(20, refit);
        two.thread("a", 40).works(20, work);
    }
};

TEST_CASE("imports are a finding of their own, at the statement and not in the loader") {
    Loading loading;
    const analysis::Analysis analysis = analysed(loading.story);
    const analysis::Finding* imports = find(analysis, "imports");
    REQUIRE(imports != nullptr);
    CHECK(imports->title.find("<module> (app.py:6)") != std::string::npos);
    CHECK(imports->lost_cores == Approx(2 * 40.0 / 160).margin(0.02));
    CHECK(mentions(*imports, "0.040 s"));
    CHECK(imports->advice.find("ftscale.region") != std::string::npos);
    // 80 ms without half of twice 40.
    REQUIRE(imports->speedup_without);
    CHECK(*imports->speedup_without == Approx(100.0 / 60).margin(0.05));
}

TEST_CASE("a section that runs alone is told by the calls that reach it, from what runs in parallel") {
    Loading loading;
    const analysis::Analysis analysis = analysed(loading.story);
    const analysis::Finding* serial = find(analysis, "serial");
    REQUIRE(serial != nullptr);
    CHECK(serial->title.find("fit (model.py:8) runs alone") == 0);
    CHECK(serial->lost_cores == Approx(2 * 20.0 / 160).margin(0.02));
    CHECK(mentions(*serial, "reached by <module> (app.py:20) > best (search.py:30) > fit (model.py:8)"));
}

TEST_CASE("who had nothing to do meanwhile is told, by where it waited") {
    Story story;
    const StackId produce = story.python("produce", "/app.py", 3);
    const StackId call = story.python("consume", "/app.py", 9);
    const StackId wait = story.python("Condition.wait", "/usr/lib/python3.13t/threading.py", 355, call);
    const StackId native = story.native("take", story.python("consume", "/app.py", 11));
    story.run(1, 100).thread("a").works(100, produce);
    RunStory& two = story.run(2, 80);
    two.thread("a").works(80, produce);
    two.thread("b").works(20, produce).starves(40, wait).starves(20, native);
    const analysis::Analysis analysis = analysed(story);
    const analysis::Finding* serial = find(analysis, "serial");
    REQUIRE(serial != nullptr);
    CHECK(mentions(*serial, "meanwhile waiting consume (app.py:9) 0.040 s, consume (app.py:11) in take+0x0 0.020 s"));
    CHECK_FALSE(mentions(*serial, "no more to do"));
    CHECK(serial->advice.find("Make this part parallel") == 0);
}

TEST_CASE("uneven shares are told from a producer that cannot keep up") {
    Story story;
    const StackId work = story.python("work", "/app.py", 3);
    const StackId join =
        story.python("Thread.join", "/usr/lib/python3.13t/threading.py", 1090, story.python("<module>", "/app.py", 9));
    story.run(1, 100).thread("a").works(100, work);
    RunStory& two = story.run(2, 80);
    two.thread("MainThread").starves(80, join);
    two.thread("a").works(80, work);
    two.thread("b").works(20, work);
    const analysis::Analysis analysis = analysed(story);
    const analysis::Finding* serial = find(analysis, "serial");
    REQUIRE(serial != nullptr);
    CHECK(mentions(*serial, "for 0.060 s the other threads had no more to do"));
    CHECK_FALSE(mentions(*serial, "meanwhile"));
    CHECK(serial->advice.find("The other threads have nothing to do") == 0);
}

TEST_CASE("the middle of a long path is left out") {
    std::vector<analysis::Place> path;
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) path.push_back({name, "/x.py", 1, false});
    CHECK(analysis::path_text(path) == "a (x.py:1) > b (x.py:1) > c (x.py:1) > ... > f (x.py:1) > g (x.py:1)");
    path.resize(5);
    CHECK(analysis::path_text(path) == "a (x.py:1) > b (x.py:1) > c (x.py:1) > d (x.py:1) > e (x.py:1)");
    CHECK(analysis::path_text({}).empty());
}

}  // namespace
}  // namespace ftscale::tests
