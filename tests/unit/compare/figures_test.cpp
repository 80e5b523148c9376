// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/figures.h"

#include "base/error.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Category;
using compare::Figures;

analysis::Analysis small_analysis() {
    analysis::Analysis analysis;
    analysis.manifest.argv = {"bench.py", "{threads}"};
    analysis.manifest.working_directory = "/home/me/project";
    analysis.manifest.interpreter.version = "3.14.1";
    analysis.manifest.interpreter.free_threaded = true;
    analysis.manifest.machine.cpus = 8;
    analysis.measurement.frequency_hz = 1000;
    analysis::RunResult one, two;
    one.capacity_s = 1;
    one.repeats.resize(2);
    two.threads = 2;
    two.capacity_s = 2;
    two.loss[Category::LockWait] = 0.5;
    for (const double seconds : {0.4, 0.6}) {
        two.repeats.emplace_back();
        two.repeats.back()[Category::LockWait] = seconds;
    }
    analysis::Function function;
    function.place = {"collect", "/home/me/project/src/app.py", 12, false};
    function.loss_s = 0.5;
    function.self[Category::LockWait] = 0.5;
    analysis::Function native;
    native.place = {"list_append", "/usr/bin/python", 0, true};
    native.loss_s = 0.5;
    two.functions = {function, native};
    analysis::Lock lock;
    lock.kind = account::LockKind::Object;
    lock.type = "list";
    lock.lost_cores = 0.5;
    two.locks = {lock};
    analysis.whole.points.resize(2);
    analysis.whole.points[0].repeats_s = {1.01, 0.99};
    analysis.whole.points[1].threads = 2;
    analysis.whole.points[1].repeats_s = {1.0, 1.0};
    analysis.whole.runs = {one, two};
    return analysis;
}

TEST_CASE("figures are the times of all runs, and what was lost, with its error") {
    const Figures figures = compare::make_figures(small_analysis(), small_analysis());
    CHECK(figures.command == "bench.py {threads}");
    CHECK(figures.interpreter == "3.14.1t");
    REQUIRE(figures.point_at(2) != nullptr);
    CHECK(figures.point_at(2)->repeats_s.size() == 2);
    CHECK(figures.losses_at(1) == nullptr);
    const compare::LossPoint& losses = *figures.losses_at(2);
    const auto& wait = losses.categories.at(static_cast<std::size_t>(Category::LockWait));
    CHECK(wait.name == "lock_wait");
    CHECK(wait.cores == Approx(0.5));
    CHECK(wait.standard_error == Approx(0.1));  // of 0.4 and 0.6 s, in 2 cores of 2 s
    REQUIRE(losses.functions.size() == 1);      // native rows repeat the time of Python's
    CHECK(losses.functions[0].place == "src/app.py");
    REQUIRE(losses.locks.size() == 1);
    CHECK(losses.locks[0].name == "list");
}

TEST_CASE("a baseline is read as it was written") {
    const Figures before = compare::make_figures(small_analysis(), small_analysis());
    const std::string text = compare::to_json(before);
    const Figures after = compare::parse_figures(text);
    CHECK(compare::to_json(after) == text);
    CHECK(after.losses.size() == 1);
    CHECK(after.points[1].repeats_s == before.points[1].repeats_s);
}

TEST_CASE("how long a sweep took: from its first run to its last, warm-ups left out; more repeats add to it") {
    analysis::Analysis analysis = small_analysis();
    const auto run = [](std::uint64_t started_s, std::uint64_t ended_s, bool warmup) {
        recording::Run made;
        made.started_ns = started_s * 1'000'000'000, made.ended_ns = ended_s * 1'000'000'000;
        made.warmup = warmup;
        return made;
    };
    analysis.manifest.runs = {run(1, 2, true), run(3, 4, false), run(5, 9, false)};
    Figures figures = compare::make_figures(analysis, analysis);
    CHECK(figures.sweep_s == Approx(6));
    CHECK(compare::parse_figures(compare::to_json(figures)).sweep_s == Approx(6));
    compare::append_repeats(figures, figures);
    CHECK(figures.sweep_s == Approx(12));
    std::string old = compare::to_json(figures);
    old.erase(old.find(" \"sweep_s\""), old.find(" \"points\"") - old.find(" \"sweep_s\""));
    CHECK(compare::parse_figures(old).sweep_s == 0);
}

TEST_CASE("what is no baseline is refused") {
    for (const char* text :
         {"", "{", "[]", "{}", "{\"schema\": \"ftscale.report/1\"}", "{\"schema\": \"ftscale.baseline/1\"}"})
        CHECK_THROWS_AS(compare::parse_figures(text), base::Error);
}

TEST_CASE("weak scaling counts its speed-up in work") {
    Figures figures;
    CHECK(compare::speedup_scale(figures, 4) == 1);
    figures.scaling = "weak";
    CHECK(compare::speedup_scale(figures, 4) == 4);
}

}  // namespace
}  // namespace ftscale::tests
