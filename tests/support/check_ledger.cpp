// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "support/check_ledger.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "support/catch.h"

namespace ftscale::tests {
namespace {

using account::Amounts;
using account::Category;
using account::kAllCategories;
using account::Ledger;

double sum_of(const std::map<recording::StackId, double>& side) {
    double sum = 0;
    for (const auto& [stack, seconds] : side) sum += seconds;
    return sum;
}

bool is_close(double a, double b, double scale) { return std::abs(a - b) <= 1e-9 * std::max(scale, 1e-6); }

void check_charges(const Ledger& ledger) {
    Amounts sums;
    std::set<std::tuple<Category, recording::StackId>> seen;
    bool positive = true, unique = true;
    for (const account::Charge& charge : ledger.charges) {
        sums[charge.category] += charge.seconds;
        positive &= charge.seconds > 0;
        unique &= seen.emplace(charge.category, charge.stack).second;
    }
    CHECK(positive);
    CHECK(unique);
    for (const Category category : kAllCategories)
        CHECK(is_close(sums[category], ledger.amounts[category], ledger.capacity_s));
}

void check_locks(const Ledger& ledger) {
    std::set<std::tuple<account::LockKind, std::string, std::uint64_t, std::uint32_t>> seen;
    double last = INFINITY;
    for (const account::LockUse& use : ledger.locks) {
        const double total = use.wait_s + use.spin_s;
        CHECK(use.wait_s >= 0);
        CHECK(use.spin_s >= 0);
        CHECK(is_close(sum_of(use.waiters), total, total));
        CHECK(is_close(sum_of(use.holders), total, total));
        CHECK(total <= last);
        CHECK(seen.emplace(use.kind, use.type, use.address, use.process).second);
        last = total;
    }
}

/// What is counted in objects is a part of the threads' own reference-count time.
void check_objects(const Ledger& ledger) {
    std::set<std::tuple<std::string, std::uint64_t, std::uint32_t>> seen;
    double last = INFINITY, sum = 0, own = 0;
    for (const account::ObjectUse& use : ledger.objects) {
        CHECK(use.seconds > 0);
        CHECK(use.seconds <= last);
        CHECK(is_close(sum_of(use.sites), use.seconds, use.seconds));
        CHECK(seen.emplace(use.type, use.address, use.process).second);
        last = use.seconds;
        sum += use.seconds;
    }
    for (const account::ThreadLedger& thread : ledger.per_thread) own += thread.amounts[Category::Refcount];
    CHECK(is_close(sum, own, own));
}

void check_pauses(const Ledger& ledger) {
    for (const account::WorldStop& stop : ledger.world_stops) {
        CHECK(stop.begin_ns <= stop.stopped_ns);
        CHECK(stop.stopped_ns <= stop.end_ns);
        CHECK(stop.stopped_threads + stop.waited_s > 0);
    }
    for (const account::GarbageCollection& collection : ledger.collections)
        CHECK(collection.begin_ns <= collection.end_ns);
}

/// What threads counted is what their stacks are charged.
void check_counts(const Ledger& ledger) {
    std::vector<double> charged(ledger.counters.size()), own(ledger.counters.size());
    for (const account::CountCharge& charge : ledger.counts)
        for (std::size_t c = 0; c < charge.counts.size(); ++c) charged.at(c) += charge.counts[c];
    for (const account::ThreadLedger& thread : ledger.per_thread)
        for (std::size_t c = 0; c < thread.counts.size(); ++c) own.at(c) += thread.counts[c];
    for (std::size_t c = 0; c < charged.size(); ++c) CHECK(is_close(charged[c], own[c], own[c]));
}

void check_idle(const Ledger& ledger) {
    double idle_s = 0;
    for (const account::Idle& idle : ledger.idle) {
        CHECK(idle.seconds > 0);
        idle_s += idle.seconds;
    }
    CHECK(idle_s <= ledger.amounts[Category::Serial] * (1 + 1e-9) + 1e-12);
}

}  // namespace

void check_ledger(const Ledger& ledger) {
    CHECK(is_close(ledger.capacity_s, ledger.threads * ledger.wall_s, ledger.capacity_s));
    CHECK(is_close(ledger.amounts.total(), ledger.capacity_s, ledger.capacity_s));
    for (const Category category : kAllCategories) CHECK(ledger.amounts[category] >= 0);
    check_charges(ledger);
    check_idle(ledger);
    check_locks(ledger);
    check_objects(ledger);
    check_pauses(ledger);
    check_counts(ledger);
    for (const account::ThreadLedger& thread : ledger.per_thread) {
        CHECK(thread.amounts.total() <= ledger.wall_s * (1 + 1e-9));
        for (const Category category : kAllCategories) CHECK(thread.amounts[category] >= 0);
    }
}

}  // namespace ftscale::tests
