// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "html/flames.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "support/catch.h"
#include "support/small_profile.h"

namespace ftscale::tests {
namespace {

using account::Category;
using analysis::Profile;
using html::FlameKind;
using html::Flames;
using html::FlameView;

const FlameView& view(const Flames& flames, FlameKind kind, int threads) {
    return *std::find_if(flames.views.begin(), flames.views.end(),
                         [&](const FlameView& one) { return one.kind == kind && one.threads == threads; });
}

double own_seconds(const Flames& flames, const FlameView& one, const Profile& profile, const std::string& function) {
    double sum = 0;
    for (const html::FlameCost& cost : one.own)
        if (cost.node != 0 && profile.tree.functions[flames.nodes[cost.node].function].function == function)
            sum += cost.seconds;
    return sum;
}

/// What must hold for all views.
void check_flames(const Flames& flames) {
    for (std::size_t i = 1; i < flames.nodes.size(); ++i) CHECK(flames.nodes[i].parent < i);
    for (const FlameView& one : flames.views) {
        double sum = 0;
        for (const html::FlameCost& cost : one.own) {
            CHECK(cost.node < flames.nodes.size());
            CHECK(cost.lock < static_cast<int>(flames.locks.size()));
            sum += cost.seconds;
        }
        CHECK(sum == Approx(one.total_s));
    }
}

TEST_CASE("time is the whole capacity, each second where the ledger charges it") {
    const Profile profile = small_profile();
    const Flames flames = html::make_flames(profile);
    check_flames(flames);
    const FlameView& time = view(flames, FlameKind::Time, 2);
    CHECK(time.wall_s == Approx(0.06));
    CHECK(time.total_s == Approx(2 * 0.06));
    CHECK(own_seconds(flames, time, profile, "collect") == Approx(0.07));
    CHECK(own_seconds(flames, time, profile, "list_append") == Approx(0.03));
    CHECK(time.folded_share == 0);
}

TEST_CASE("loss is growth over the baseline, with what has shrunk; its sum is the gap to the ideal") {
    const Profile profile = small_profile();
    const Flames flames = html::make_flames(profile);
    const FlameView& loss = view(flames, FlameKind::Loss, 2);
    CHECK(loss.versus == 1);
    CHECK(loss.total_s == Approx(2 * 0.06 - 0.1));
    CHECK(own_seconds(flames, loss, profile, "collect") == Approx(0.07 - 0.1));
    CHECK(std::none_of(flames.views.begin(), flames.views.end(),
                       [](const FlameView& one) { return one.kind == FlameKind::Loss && one.threads == 1; }));
}

TEST_CASE("a loss can be asked for over any thread count") {
    const Profile profile = small_profile();
    const Flames flames = html::make_flames(profile, {.threads = {1}, .versus = 2});
    CHECK(view(flames, FlameKind::Loss, 1).total_s == Approx(0.1 - 0.12));
    CHECK_THROWS_AS(html::make_flames(profile, {.threads = {4}}), base::Error);
    CHECK_THROWS_AS(html::make_flames(profile, {.versus = 3}), base::Error);
}

TEST_CASE("waits stand at who waits, or at who made them wait, with their number and lock") {
    const Profile profile = small_profile();
    const Flames flames = html::make_flames(profile);
    const FlameView& waiter = view(flames, FlameKind::WaitsByWaiter, 2);
    CHECK(own_seconds(flames, waiter, profile, "list_append") == Approx(0.03));
    const FlameView& holder = view(flames, FlameKind::WaitsByHolder, 2);
    CHECK(own_seconds(flames, holder, profile, "collect") == Approx(0.03));
    const auto cost = std::find_if(holder.own.begin(), holder.own.end(),
                                   [](const html::FlameCost& one) { return one.category == Category::LockWait; });
    REQUIRE(cost != holder.own.end());
    CHECK(cost->waits == Approx(1));
    CHECK(flames.locks.at(static_cast<std::size_t>(cost->lock)).type == "list");
}

TEST_CASE("a node's line is the one most of its time was at") {
    Profile profile = small_profile();
    // collect, reached from another line of main, works longer at line 15
    profile.tree.nodes.push_back({0, 0, 31});
    profile.tree.nodes.push_back({5, 1, 15});
    profile.runs[0].charges.push_back({Category::Work, 6, 5.0});
    profile.runs[0].wall_s += 5.0;
    const Flames flames = html::make_flames(profile);
    const std::uint32_t collect = flames.node_of[6];
    CHECK(flames.node_of[2] == collect);
    CHECK(flames.nodes[collect].line == 15);
    CHECK(flames.nodes[flames.nodes[collect].parent].line == 31);
}

TEST_CASE("large trees are cut down, and every sum stays") {
    const Profile profile = large_profile(20'000, 2'000);
    const Flames all = html::make_flames(profile, {.most_nodes = 1'000'000});
    const Flames few = html::make_flames(profile, {.most_nodes = 50});
    check_flames(few);
    CHECK(few.nodes.size() == 50);
    REQUIRE(all.nodes.size() > 50);
    REQUIRE(all.views.size() == few.views.size());
    for (std::size_t i = 0; i < all.views.size(); ++i) {
        CHECK(few.views[i].total_s == Approx(all.views[i].total_s));
        std::map<Category, double> before, after;
        for (const html::FlameCost& cost : all.views[i].own) before[cost.category] += cost.seconds;
        for (const html::FlameCost& cost : few.views[i].own) after[cost.category] += cost.seconds;
        for (const auto& [category, seconds] : before) CHECK(after[category] == Approx(seconds));
    }
    CHECK(few.views.front().folded_share > 0);
}

TEST_CASE("growth and shrinking of the same size do not hide each other") {
    Profile profile;
    profile.tree.functions = {{"main", "a.py", 1, false}, {"up", "a.py", 2, false}, {"down", "a.py", 3, false}};
    profile.tree.nodes = {{}, {0, 0, 1}, {1, 1, 2}, {1, 2, 3}};
    analysis::RunProfile one, two;
    one.charges = {{Category::Work, 3, 1.0}};
    one.wall_s = 1;
    two.threads = 2;
    two.wall_s = 0.5;
    two.charges = {{Category::Work, 2, 1.0}};
    profile.runs = {one, two};
    const Flames flames = html::make_flames(profile);
    const FlameView& loss = view(flames, FlameKind::Loss, 2);
    CHECK(loss.total_s == Approx(0).margin(1e-12));
    CHECK(own_seconds(flames, loss, profile, "up") == Approx(1));
    CHECK(own_seconds(flames, loss, profile, "down") == Approx(-1));
}

TEST_CASE("no runs make no views") {
    const Flames flames = html::make_flames(Profile{});
    CHECK(flames.views.empty());
    CHECK(flames.nodes.size() == 1);
}

}  // namespace
}  // namespace ftscale::tests
