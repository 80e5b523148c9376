// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/locks.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace ftscale::analysis {
namespace {

using account::Category;
using account::LockUse;
using recording::StackId;

// Of the locks that wait at one place (the cells of a closure, one lock per shard), those below this share stand in one
// row.
constexpr double kOwnRowShare = 0.1;
constexpr int kSmallOnesRank = 1'000'000;

double total(const LockUse& use) { return use.wait_s + use.spin_s; }

Place main_waiter(const LockUse& use, const Places& places) {
    std::map<Place, double> seconds;
    // The function, not the line: which line waits most may differ from one run to the next.
    for (const auto& [stack, waited] : use.waiters)
        seconds[places.locate(stack, Category::LockWait).function.place] += waited;
    const auto most = std::max_element(seconds.begin(), seconds.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == seconds.end() ? Place{} : most->first;
}

void add_use(const LockUse& use, double factor, const Places& places, LockCost& cost) {
    cost.waits += factor * static_cast<double>(use.waits);
    cost.wait_s += factor * use.wait_s;
    cost.spin_s += factor * use.spin_s;
    const auto add_side = [&](const std::map<StackId, double>& side, std::map<Place, double>& sums) {
        for (const auto& [stack, seconds] : side) {
            if (stack == StackId::Empty) continue;  // not seen
            sums[places.lock_place(stack)] += factor * seconds;
            cost.functions[places.locate(stack, Category::LockWait).function] += factor * seconds;
        }
    };
    add_side(use.waiters, cost.waiters);
    add_side(use.holders, cost.holders);
}

std::vector<LockSide> sides(const std::map<Place, double>& seconds) {
    std::vector<LockSide> result;
    for (const auto& [place, waited] : seconds) result.push_back({place, waited});
    std::stable_sort(result.begin(), result.end(),
                     [](const LockSide& a, const LockSide& b) { return a.wait_s > b.wait_s; });
    return result;
}

std::string id_of(const LockKey& key) {
    std::string id = account::lock_kind_name(key.kind);
    const bool is_one_of_a_kind = key.kind == account::LockKind::Gil || key.kind == account::LockKind::StopTheWorld;
    if (!key.type.empty() && !is_one_of_a_kind) id += ":" + key.type;
    if (key.waiter.file.empty()) return id;
    id += "@" + base_name(key.waiter.file);
    return key.waiter.line > 0 ? id + ":" + std::to_string(key.waiter.line) : id;
}

}  // namespace

void add_locks(const account::Ledger& ledger, double factor, const Places& places, LockCosts& costs) {
    std::vector<LockKey> keys;
    std::map<LockKey, double> group_totals;
    for (const LockUse& use : ledger.locks) {
        const bool is_one_of_a_kind = use.kind == account::LockKind::Gil || use.kind == account::LockKind::StopTheWorld;
        keys.push_back({use.kind, use.type, is_one_of_a_kind ? Place{} : main_waiter(use, places), 0});
        group_totals[keys.back()] += total(use);
    }
    std::map<LockKey, int> next_rank;
    for (std::size_t i = 0; i < keys.size(); ++i) {  // largest first
        const LockUse& use = ledger.locks[i];
        LockKey key = keys[i];
        const bool stands_alone = total(use) >= kOwnRowShare * group_totals[key];
        key.rank = stands_alone ? next_rank[keys[i]]++ : kSmallOnesRank;
        add_use(use, factor, places, costs[key]);
    }
}

LockIds make_lock_ids(const std::vector<const LockCosts*>& costs) {
    std::set<LockKey> keys;
    for (const LockCosts* of_count : costs)
        for (const auto& [key, cost] : *of_count) keys.insert(key);
    LockIds ids;
    std::map<std::string, int> taken;
    for (const LockKey& key : keys) {
        const std::string id = id_of(key);
        const int number = ++taken[id];
        ids[key] = number == 1 ? id : id + "#" + std::to_string(number);
    }
    return ids;
}

std::vector<Lock> lock_rows(const LockCosts& costs, const LockCosts& baseline, const LockIds& ids, double ideal,
                            double slots_per_second) {
    std::vector<Lock> rows;
    for (const auto& [key, cost] : costs) {
        const auto before = baseline.find(key);
        const double expected = before == baseline.end() ? 0 : ideal * (before->second.wait_s + before->second.spin_s);
        Lock row;
        row.id = ids.at(key);
        row.kind = key.kind;
        row.type = key.type;
        row.waits = cost.waits;
        row.wait_s = cost.wait_s;
        row.spin_s = cost.spin_s;
        row.lost_cores = (cost.wait_s + cost.spin_s - expected) * slots_per_second;
        row.waiters = sides(cost.waiters);
        row.holders = sides(cost.holders);
        rows.push_back(std::move(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Lock& a, const Lock& b) {
        return std::tuple(-(a.wait_s + a.spin_s), a.id) < std::tuple(-(b.wait_s + b.spin_s), b.id);
    });
    return rows;
}

void link_locks(const LockCosts& costs, const LockIds& ids, std::vector<Function>& functions) {
    std::map<FunctionKey, std::vector<std::pair<double, std::string>>> by_function;
    for (const auto& [key, cost] : costs)
        for (const auto& [function, seconds] : cost.functions)
            by_function[function].emplace_back(-seconds, ids.at(key));
    for (Function& function : functions) {
        const auto found = by_function.find({function.place, function.outside_python});
        if (found == by_function.end()) continue;
        std::sort(found->second.begin(), found->second.end());
        for (const auto& [seconds, id] : found->second) function.locks.push_back(id);
    }
}

}  // namespace ftscale::analysis
