// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Objects whose reference counts are fought over, across runs. As for locks, an address means nothing beyond its
// process: an object is known by its type, its name and the place that counts it most; several such objects of one run
// are told apart by their rank.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/places.h"

namespace ftscale::analysis {

struct ObjectKey {
    std::string type, name;
    Place site;    // where most of the counting is done
    int rank = 0;  // among the objects of a run that are otherwise alike; the small ones together share the last
    friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

struct ObjectCost {
    double seconds = 0;
    double count = 0;  // objects, per run
    std::map<Place, double> sites;
    std::map<FunctionKey, double> functions;
};
using ObjectCosts = std::map<ObjectKey, ObjectCost>;
using ObjectIds = std::map<ObjectKey, std::string>;

void add_objects(const account::Ledger& ledger, double factor, const Places& places, ObjectCosts& costs);

/// One id per object, the same at every thread count: "list@app.py:12", with #2, #3 where that is not enough.
ObjectIds make_object_ids(const std::vector<const ObjectCosts*>& costs);

/// Largest first. `ideal` as for function_rows. The objects' growth is scaled to `refcount_loss_s`, the category's loss
/// net of what the work around gained.
std::vector<Object> object_rows(const ObjectCosts& costs, const ObjectCosts& baseline, const ObjectIds& ids,
                                double ideal, double cores_per_second, double refcount_loss_s);

/// Writes into each function the ids of the objects it counted.
void link_objects(const ObjectCosts& costs, const ObjectIds& ids, std::vector<Function>& functions);

}  // namespace ftscale::analysis
