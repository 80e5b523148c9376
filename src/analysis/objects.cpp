// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/objects.h"

#include <algorithm>
#include <tuple>

#include "analysis/identity.h"

namespace ftscale::analysis {
namespace {

using account::Category;
using account::ObjectUse;

void add_use(const ObjectUse& use, double factor, const Places& places, ObjectCost& cost) {
    cost.seconds += factor * use.seconds;
    cost.count += factor;
    for (const auto& [stack, spent] : use.sites) {
        cost.sites[places.work_place(stack)] += factor * spent;
        cost.functions[places.locate(stack, Category::Refcount).function] += factor * spent;
    }
}

std::string id_of(const ObjectKey& key) {
    std::string id = key.type;
    if (!key.name.empty()) id += ":" + key.name;
    return id_at(id, key.site);
}

/// Growth over the baseline in seconds, for each key at this thread count.
double growth(const ObjectKey& key, const ObjectCost& cost, const ObjectCosts& baseline, double ideal) {
    const auto before = baseline.find(key);
    return cost.seconds - (before == baseline.end() ? 0 : ideal * before->second.seconds);
}

Object make_row(const ObjectKey& key, const ObjectCost& cost, const ObjectIds& ids) {
    Object row;
    row.id = ids.at(key);
    row.type = key.type;
    row.name = key.name;
    row.count = cost.count;
    row.refcount_s = cost.seconds;
    for (const auto& [place, seconds] : cost.sites) row.sites.push_back({place, seconds});
    std::stable_sort(row.sites.begin(), row.sites.end(),
                     [](const ObjectSite& a, const ObjectSite& b) { return a.refcount_s > b.refcount_s; });
    return row;
}

}  // namespace

void add_objects(const account::Ledger& ledger, double factor, const Places& places, ObjectCosts& costs) {
    std::vector<ObjectKey> keys;
    std::vector<double> amounts;
    for (const ObjectUse& use : ledger.objects) {
        keys.push_back({use.type, use.name, main_function_place(use.sites, Category::Refcount, places), 0});
        amounts.push_back(use.seconds);
    }
    rank_alike(keys, amounts);
    for (std::size_t i = 0; i < keys.size(); ++i) add_use(ledger.objects[i], factor, places, costs[keys[i]]);
}

ObjectIds make_object_ids(const std::vector<const ObjectCosts*>& costs) { return number_ids(costs, id_of); }

std::vector<Object> object_rows(const ObjectCosts& costs, const ObjectCosts& baseline, const ObjectIds& ids,
                                double ideal, double cores_per_second, double refcount_loss_s) {
    double grown_s = 0;
    for (const auto& [key, cost] : costs) grown_s += std::max(0.0, growth(key, cost, baseline, ideal));
    const double net = grown_s > 0 ? std::clamp(refcount_loss_s / grown_s, 0.0, 1.0) : 0;
    std::vector<Object> rows;
    for (const auto& [key, cost] : costs) {
        rows.push_back(make_row(key, cost, ids));
        rows.back().lost_cores = net * growth(key, cost, baseline, ideal) * cores_per_second;
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Object& a, const Object& b) {
        return std::tuple(-a.lost_cores, -a.refcount_s, a.id) < std::tuple(-b.lost_cores, -b.refcount_s, b.id);
    });
    return rows;
}

void link_objects(const ObjectCosts& costs, const ObjectIds& ids, std::vector<Function>& functions) {
    link_ids(costs, ids, functions, &Function::objects);
}

}  // namespace ftscale::analysis
