// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/objects.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace ftscale::analysis {
namespace {

using account::Category;
using account::ObjectUse;

// Of the objects that are counted at one place (the rows of a matrix, the items of a list), those below this share
// stand in one row.
constexpr double kOwnRowShare = 0.1;
constexpr int kSmallOnesRank = 1'000'000;

template <typename Value>
const Value* largest(const std::map<Value, double>& amounts) {
    const auto most = std::max_element(amounts.begin(), amounts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == amounts.end() ? nullptr : &most->first;
}

Place main_site(const ObjectUse& use, const Places& places) {
    std::map<Place, double> seconds;
    for (const auto& [stack, spent] : use.sites)
        seconds[places.locate(stack, Category::Refcount).function.place] += spent;
    const Place* most = largest(seconds);
    return most != nullptr ? *most : Place{};
}

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
    if (key.site.file.empty()) return id;
    id += "@" + base_name(key.site.file);
    return key.site.line > 0 ? id + ":" + std::to_string(key.site.line) : id;
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
    std::map<ObjectKey, double> group_totals;
    for (const ObjectUse& use : ledger.objects) {
        keys.push_back({use.type, use.name, main_site(use, places), 0});
        group_totals[keys.back()] += use.seconds;
    }
    std::map<ObjectKey, int> next_rank;
    for (std::size_t i = 0; i < keys.size(); ++i) {  // largest first
        const ObjectUse& use = ledger.objects[i];
        ObjectKey key = keys[i];
        const bool stands_alone = use.seconds >= kOwnRowShare * group_totals[key];
        key.rank = stands_alone ? next_rank[keys[i]]++ : kSmallOnesRank;
        add_use(use, factor, places, costs[key]);
    }
}

ObjectIds make_object_ids(const std::vector<const ObjectCosts*>& costs) {
    std::set<ObjectKey> keys;
    for (const ObjectCosts* of_count : costs)
        for (const auto& [key, cost] : *of_count) keys.insert(key);
    ObjectIds ids;
    std::map<std::string, int> taken;
    for (const ObjectKey& key : keys) {
        const std::string id = id_of(key);
        const int number = ++taken[id];
        ids[key] = number == 1 ? id : id + "#" + std::to_string(number);
    }
    return ids;
}

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
    std::map<FunctionKey, std::vector<std::pair<double, std::string>>> by_function;
    for (const auto& [key, cost] : costs)
        for (const auto& [function, seconds] : cost.functions)
            by_function[function].emplace_back(-seconds, ids.at(key));
    for (Function& function : functions) {
        const auto found = by_function.find({function.place, function.outside_python});
        if (found == by_function.end()) continue;
        std::sort(found->second.begin(), found->second.end());
        for (const auto& [seconds, id] : found->second) function.objects.push_back(id);
    }
}

}  // namespace ftscale::analysis
