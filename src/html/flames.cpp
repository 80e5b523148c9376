// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "html/flames.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "export/selection.h"
#include "html/merged_tree.h"

namespace ftscale::html {
namespace {

using account::Category;
using analysis::Profile;
using exports::Selection;
using exports::Side;
using exports::StackWeight;
using exports::WeightedStacks;
using exports::What;

/// A frame of a ten-thousandth of the picture is a tenth of a pixel.
constexpr double kLeastShare = 1e-4;

Selection selection_of(FlameKind kind, int threads, int versus) {
    Selection selection;
    selection.threads = threads;
    selection.versus = versus;
    switch (kind) {
        case FlameKind::Time:
            selection.what = What::All;
            break;
        case FlameKind::WaitsByWaiter:
            selection.what = What::Wait;
            break;
        case FlameKind::WaitsByHolder:
            selection.what = What::Wait;
            selection.side = Side::Holder;
            break;
        case FlameKind::Loss:
            selection.what = What::Loss;
            break;
    }
    return selection;
}

double mean_wall_s(const Profile& profile, int threads) {
    double sum_s = 0;
    int runs = 0;
    for (const analysis::RunProfile& run : profile.runs) {
        if (run.threads != threads) continue;
        sum_s += run.wall_s;
        ++runs;
    }
    return runs == 0 ? 0 : sum_s / runs;
}

/// Makes the views on the tree of functions, then the smaller tree that they all fit.
class FlameMaker {
  public:
    FlameMaker(const Profile& profile, const FlameOptions& options)
        : profile_(profile), options_(options), merged_(merge_lines(profile.tree)) {}

    Flames make() {
        const int versus = options_.versus == 0 ? profile_.baseline_threads : options_.versus;
        for (const int threads : thread_counts()) {
            for (const FlameKind kind : {FlameKind::Time, FlameKind::WaitsByWaiter, FlameKind::WaitsByHolder})
                add_view(kind, threads, 0);
            if (threads != versus) add_view(FlameKind::Loss, threads, versus);
        }
        shrink();
        return std::move(flames_);
    }

  private:
    std::set<int> thread_counts() const;
    void add_view(FlameKind kind, int threads, int versus);
    int lock_number(const analysis::ProfileLock& lock);
    std::vector<double> weights() const;
    void shrink();
    void place_nodes(const SmallerTree& kept);
    void find_lines();

    const Profile& profile_;
    const FlameOptions& options_;
    const SmallerTree merged_;
    Flames flames_;
};

std::set<int> FlameMaker::thread_counts() const {
    std::set<int> counts;
    for (const analysis::RunProfile& run : profile_.runs) counts.insert(run.threads);
    return options_.threads.empty() ? counts : options_.threads;
}

int FlameMaker::lock_number(const analysis::ProfileLock& lock) {
    const auto is_same = [&](const analysis::ProfileLock& known) {
        return known.kind == lock.kind && known.type == lock.type;
    };
    const auto found = std::find_if(flames_.locks.begin(), flames_.locks.end(), is_same);
    const auto number = static_cast<int>(std::distance(flames_.locks.begin(), found));
    if (found == flames_.locks.end()) flames_.locks.push_back(lock);
    return number;
}

/// Those of one place, category and lock are one.
void join(std::vector<FlameCost>& costs) {
    const auto key = [](const FlameCost& cost) { return std::tuple(cost.node, cost.category, cost.lock); };
    std::stable_sort(costs.begin(), costs.end(),
                     [&](const FlameCost& a, const FlameCost& b) { return key(a) < key(b); });
    std::size_t last = 0;
    for (std::size_t i = 1; i < costs.size(); ++i) {
        if (key(costs[i]) == key(costs[last])) {
            costs[last].seconds += costs[i].seconds;
            costs[last].waits += costs[i].waits;
        } else {
            costs[++last] = costs[i];
        }
    }
    if (!costs.empty()) costs.resize(last + 1);
}

void FlameMaker::add_view(FlameKind kind, int threads, int versus) {
    const WeightedStacks stacks = exports::select_stacks(profile_, selection_of(kind, threads, versus));
    FlameView view;
    view.kind = kind;
    view.threads = threads;
    view.versus = versus;
    view.wall_s = mean_wall_s(profile_, threads);
    std::vector<int> locks;
    for (const analysis::ProfileLock& lock : stacks.locks) locks.push_back(lock_number(lock));
    const bool has_waits = kind == FlameKind::WaitsByWaiter || kind == FlameKind::WaitsByHolder;
    for (const StackWeight& stack : stacks.series.front().stacks) {
        const int lock = stack.lock == analysis::kNone ? stack.lock : locks[static_cast<std::size_t>(stack.lock)];
        view.own.push_back(
            {merged_.node_of[stack.node], stack.category, lock, stack.value, has_waits ? stack.events : 0});
    }
    join(view.own);
    for (const FlameCost& cost : view.own) view.total_s += cost.seconds;
    flames_.views.push_back(std::move(view));
}

/// By node of the merged tree: the largest share that it and what it calls have of any view. Growth does not make up
/// for what shrinks.
std::vector<double> FlameMaker::weights() const {
    std::vector<double> largest(merged_.size());
    for (const FlameView& view : flames_.views) {
        std::vector<double> shares(merged_.size());
        double total_s = 0;
        for (const FlameCost& cost : view.own) {
            shares[cost.node] += std::abs(cost.seconds);
            total_s += std::abs(cost.seconds);
        }
        if (total_s <= 0) continue;
        add_to_callers(merged_.parents, shares);
        for (std::size_t i = 0; i < shares.size(); ++i) largest[i] = std::max(largest[i], shares[i] / total_s);
    }
    return largest;
}

void FlameMaker::shrink() {
    const SmallerTree kept = keep_heaviest(merged_, weights(), options_.most_nodes, kLeastShare);
    std::vector<bool> is_kept(merged_.size());
    for (std::size_t i = 0; i < merged_.size(); ++i)
        is_kept[i] = i == 0 || kept.node_of[i] != kept.node_of[merged_.parents[i]];
    for (FlameView& view : flames_.views) {
        std::set<std::uint32_t> all, folded;
        for (FlameCost& cost : view.own) {
            all.insert(cost.node);
            if (!is_kept[cost.node]) folded.insert(cost.node);
            cost.node = kept.node_of[cost.node];
        }
        if (!all.empty()) view.folded_share = static_cast<double>(folded.size()) / static_cast<double>(all.size());
        join(view.own);
    }
    place_nodes(kept);
    find_lines();
}

void FlameMaker::place_nodes(const SmallerTree& kept) {
    for (std::size_t i = 0; i < kept.size(); ++i) flames_.nodes.push_back({kept.parents[i], kept.functions[i], 0});
    for (const std::uint32_t node : merged_.node_of) flames_.node_of.push_back(kept.node_of[node]);
}

/// By the ledgers of all runs.
void FlameMaker::find_lines() {
    const analysis::CallTree& tree = profile_.tree;
    std::vector<std::uint32_t> parents;
    for (const analysis::CallNode& node : tree.nodes) parents.push_back(node.parent);
    std::vector<double> seconds(tree.nodes.size());
    for (const analysis::RunProfile& run : profile_.runs)
        for (const analysis::NodeCharge& charge : run.charges) seconds[charge.node] += charge.seconds;
    add_to_callers(parents, seconds);
    std::vector<double> most(flames_.nodes.size(), -1);
    for (std::size_t i = 1; i < tree.nodes.size(); ++i) {
        const std::uint32_t node = flames_.node_of[i];
        const bool stands_itself = node != flames_.node_of[parents[i]];
        if (!stands_itself || seconds[i] <= most[node]) continue;
        most[node] = seconds[i];
        flames_.nodes[node].line = tree.nodes[i].line;
    }
}

}  // namespace

const char* flame_kind_name(FlameKind kind) {
    switch (kind) {
        case FlameKind::Time:
            return "time";
        case FlameKind::WaitsByWaiter:
            return "waits_by_waiter";
        case FlameKind::WaitsByHolder:
            return "waits_by_holder";
        case FlameKind::Loss:
            break;
    }
    return "loss";
}

Flames make_flames(const Profile& profile, const FlameOptions& options) { return FlameMaker(profile, options).make(); }

}  // namespace ftscale::html
