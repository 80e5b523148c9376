// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/difference.h"

#include <algorithm>
#include <cmath>

#include "support/catch.h"

namespace ftscale::tests {
namespace {

using compare::Difference;
using compare::Figures;
using compare::find_difference;
using compare::LossChange;

Figures figures_of(double speedup) {
    Figures figures;
    figures.interpreter = "3.14.1t";
    figures.cpus = 2;
    figures.scaling = "strong";
    for (const int threads : {1, 2}) {
        const double time_s = threads == 1 ? 1 : 1 / speedup;
        figures.points.push_back({threads, {time_s * 1.001, time_s * 0.999, time_s, time_s * 1.002, time_s}});
    }
    compare::LossPoint losses;
    losses.threads = 2;
    losses.categories = {{"work", "", 0.01, 0.01}, {"lock_wait", "", 2 - speedup, 0.02}};
    losses.functions = {{"collect", "app.py", 2 - speedup, 0.02}};
    figures.losses = {losses};
    return figures;
}

const LossChange& named(const std::vector<LossChange>& changes, const std::string& name) {
    return *std::find_if(changes.begin(), changes.end(),
                         [&](const LossChange& change) { return change.after.name == name; });
}

TEST_CASE("what changed beyond the noise is told from what did not") {
    const Difference difference = find_difference(figures_of(1.8), figures_of(1.5));
    REQUIRE(difference.points.size() == 2);
    const compare::PointChange& point = difference.points[1];
    CHECK(*point.ratio == Approx(1.5 / 1.8).epsilon(0.01));
    CHECK(point.is_clear);
    CHECK(point.lost_after() - point.lost_before() == Approx(0.3).epsilon(0.02));
    CHECK(named(point.categories, "lock_wait").is_clear);
    CHECK(named(point.categories, "lock_wait").cores() == Approx(0.3));
    CHECK_FALSE(named(point.categories, "work").is_clear);
    CHECK(named(point.functions, "collect").is_clear);
}

TEST_CASE("nothing is clear between a recording and itself") {
    const Difference difference = find_difference(figures_of(1.8), figures_of(1.8));
    CHECK_FALSE(difference.points[1].is_clear);
    for (const LossChange& change : difference.points[1].categories) CHECK_FALSE(change.is_clear);
}

TEST_CASE("what stands in one alone lost nothing in the other, and the largest change comes first") {
    Figures before = figures_of(1.8), after = figures_of(1.8);
    before.losses[0].functions = {{"gone", "app.py", 0.5, 0.01}, {"same", "app.py", 0.2, 0.01}};
    after.losses[0].functions = {{"same", "app.py", 0.2, 0.01}, {"new", "app.py", 0.1, 0.01}};
    const auto functions = find_difference(before, after).points[1].functions;
    REQUIRE(functions.size() == 3);
    CHECK(functions[0].after.name == "gone");
    CHECK(functions[0].cores() == Approx(-0.5));
    CHECK(functions[1].after.name == "new");
    CHECK(functions[2].cores() == 0);
}

TEST_CASE("a single run has no interval, and says so by its absence") {
    Figures before = figures_of(1.8), after = figures_of(1.5);
    for (compare::TimedPoint& point : after.points) point.repeats_s.resize(1);
    const compare::PointChange point = find_difference(before, after).points[1];
    CHECK_FALSE(point.ratio);
    CHECK_FALSE(point.is_clear);
}

TEST_CASE("another interpreter is noted; another kind of scaling cannot be laid beside") {
    Figures other = figures_of(1.8);
    other.interpreter = "3.13.5t";
    other.cpus = 4;
    CHECK(find_difference(figures_of(1.8), other).notes.size() == 2);
    CHECK(find_difference(figures_of(1.8), other).why_not.empty());
    other.scaling = "weak";
    const Difference refused = find_difference(figures_of(1.8), other);
    CHECK(refused.why_not.size() == 1);
    CHECK(refused.points.empty());
    Figures disjoint = figures_of(1.8);
    disjoint.points.erase(disjoint.points.begin(), disjoint.points.end());
    CHECK(find_difference(figures_of(1.8), disjoint).why_not.size() == 1);
}

TEST_CASE("more repeats of the same: times are put together, losses are means") {
    Figures now = figures_of(1.8), more = figures_of(1.8);
    more.losses[0].functions = {{"collect", "app.py", 0.4, 0.02}, {"late", "app.py", 0.1, 0.02}};
    compare::append_repeats(now, more);
    CHECK(now.point_at(2)->repeats_s.size() == 10);
    const auto& functions = now.losses_at(2)->functions;
    CHECK(functions[0].cores == Approx(0.3));
    CHECK(functions[0].standard_error == Approx(0.02 / std::sqrt(2)));
    CHECK(functions[1].name == "late");
    CHECK(functions[1].cores == Approx(0.05));
}

}  // namespace
}  // namespace ftscale::tests
