// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/locks.h"

#include <algorithm>
#include <tuple>

#include "analysis/identity.h"

namespace ftscale::analysis {
namespace {

using account::Category;
using account::LockUse;
using recording::StackId;

double total(const LockUse& use) { return use.wait_s + use.spin_s; }

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

bool is_one_of_a_kind(account::LockKind kind) {
    return kind == account::LockKind::Gil || kind == account::LockKind::StopTheWorld;
}

std::string id_of(const LockKey& key) {
    std::string id = account::lock_kind_name(key.kind);
    if (!key.type.empty() && !is_one_of_a_kind(key.kind)) id += ":" + key.type;
    return id_at(id, key.waiter);
}

double growth_s(const LockKey& key, const LockCost& cost, const LockCosts& baseline, double ideal) {
    const auto before = baseline.find(key);
    const double expected = before == baseline.end() ? 0 : ideal * (before->second.wait_s + before->second.spin_s);
    return cost.wait_s + cost.spin_s - expected;
}

}  // namespace

std::vector<LockSide> lock_sides(const std::map<Place, double>& seconds) {
    std::vector<LockSide> result;
    for (const auto& [place, waited] : seconds) result.push_back({place, waited});
    std::stable_sort(result.begin(), result.end(),
                     [](const LockSide& a, const LockSide& b) { return a.wait_s > b.wait_s; });
    return result;
}

void add_locks(const account::Ledger& ledger, double factor, const Places& places, LockCosts& costs) {
    std::vector<LockKey> keys;
    std::vector<double> amounts;
    for (const LockUse& use : ledger.locks) {
        keys.push_back(
            {use.kind, use.type,
             is_one_of_a_kind(use.kind) ? Place{} : main_function_place(use.waiters, Category::LockWait, places), 0});
        amounts.push_back(total(use));
    }
    rank_alike(keys, amounts);
    for (std::size_t i = 0; i < keys.size(); ++i) add_use(ledger.locks[i], factor, places, costs[keys[i]]);
}

LockIds make_lock_ids(const std::vector<const LockCosts*>& costs) { return number_ids(costs, id_of); }

std::vector<Lock> lock_rows(const LockCosts& costs, const LockCosts& baseline, const LockIds& ids, double ideal,
                            double cores_per_second, double lock_loss_s) {
    double grown_s = 0;
    for (const auto& [key, cost] : costs)
        if (!is_one_of_a_kind(key.kind)) grown_s += std::max(0.0, growth_s(key, cost, baseline, ideal));
    const double net = grown_s > 0 ? std::clamp(lock_loss_s / grown_s, 0.0, 1.0) : 0;
    std::vector<Lock> rows;
    for (const auto& [key, cost] : costs) {
        Lock row;
        row.id = ids.at(key);
        row.kind = key.kind;
        row.type = key.type;
        row.waits = cost.waits;
        row.wait_s = cost.wait_s;
        row.spin_s = cost.spin_s;
        row.lost_cores =
            growth_s(key, cost, baseline, ideal) * cores_per_second * (is_one_of_a_kind(key.kind) ? 1 : net);
        row.waiters = lock_sides(cost.waiters);
        row.holders = lock_sides(cost.holders);
        rows.push_back(std::move(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Lock& a, const Lock& b) {
        return std::tuple(-(a.wait_s + a.spin_s), a.id) < std::tuple(-(b.wait_s + b.spin_s), b.id);
    });
    return rows;
}

void link_locks(const LockCosts& costs, const LockIds& ids, std::vector<Function>& functions) {
    link_ids(costs, ids, functions, &Function::locks);
}

}  // namespace ftscale::analysis
