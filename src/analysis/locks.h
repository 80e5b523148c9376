// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Locks across runs. An address means nothing beyond its process, so a lock is known by its kind, its type and the
// place that waits most for it; several such locks in one run are told apart by their rank.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/places.h"

namespace ftscale::analysis {

struct LockKey {
    account::LockKind kind{};
    std::string type;
    Place waiter;  // where most of the waiting is done
    int rank = 0;  // among the locks of a run that are otherwise alike; the small ones together share the last
    friend auto operator<=>(const LockKey&, const LockKey&) = default;
};

struct LockCost {
    double waits = 0, wait_s = 0, spin_s = 0;
    std::map<Place, double> waiters, holders;
    std::map<FunctionKey, double> functions;  // that waited for it or held it
};
using LockCosts = std::map<LockKey, LockCost>;
using LockIds = std::map<LockKey, std::string>;

void add_locks(const account::Ledger& ledger, double factor, const Places& places, LockCosts& costs);

/// One id per lock, the same at every thread count: "object:list@app.py:12", with #2, #3 where that is not enough.
LockIds make_lock_ids(const std::vector<const LockCosts*>& costs);

/// Largest first. `ideal` as for function_rows. The growth of locks is scaled to `lock_loss_s`, the loss of waits and
/// spins net of what the work around gained; the GIL and the stopped world are categories of their own.
std::vector<Lock> lock_rows(const LockCosts& costs, const LockCosts& baseline, const LockIds& ids, double ideal,
                            double cores_per_second, double lock_loss_s);

/// Largest first.
std::vector<LockSide> lock_sides(const std::map<Place, double>& seconds);

/// Writes into each function the ids of the locks it waited for or held.
void link_locks(const LockCosts& costs, const LockIds& ids, std::vector<Function>& functions);

}  // namespace ftscale::analysis
