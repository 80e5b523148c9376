// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/difference.h"

#include <algorithm>
#include <cmath>

#include "compare/comparable.h"
#include "model/comparison.h"

namespace ftscale::compare {
namespace {

constexpr double kVisibleChange = 0.02;  // cores; less is of no use to know
constexpr double kNoChange = 1e-12;      // cores

/// Two-sided.
double p_of(const LossChange& change, double degrees) {
    if (change.standard_error <= 0) return std::abs(change.cores()) > kNoChange ? 0 : 1;
    return 2 * model::student_t_tail(std::abs(change.cores()) / change.standard_error, degrees);
}

LossChange change_of(const Loss* before, const Loss* after) {
    LossChange change;
    const Loss& named = after != nullptr ? *after : *before;
    change.before = {named.name, named.place, 0, 0, named.line};
    change.after = change.before;
    if (before != nullptr) change.before = *before;
    if (after != nullptr) change.after = *after;
    change.standard_error = std::hypot(change.before.standard_error, change.after.standard_error);
    return change;
}

void mark_clear(std::vector<LossChange>& changes, double degrees) {
    std::vector<double> p_values;
    for (const LossChange& change : changes) p_values.push_back(p_of(change, degrees));
    const std::vector<double> adjusted = model::holm_adjusted(p_values);
    const double reach = model::student_t95(degrees);
    for (LossChange& change : changes) change.half_width95 = reach * change.standard_error;
    for (std::size_t i = 0; i < changes.size(); ++i)
        changes[i].is_clear = adjusted[i] < kClearLevel && std::abs(changes[i].cores()) >= kVisibleChange;
}

/// Those of either, each once.
std::vector<LossChange> changes_of(const std::vector<Loss>& before, const std::vector<Loss>& after, double degrees) {
    std::vector<LossChange> changes;
    for (const Loss& loss : after) changes.push_back(change_of(find_same(before, loss), &loss));
    for (const Loss& loss : before)
        if (find_same(after, loss) == nullptr) changes.push_back(change_of(&loss, nullptr));
    mark_clear(changes, degrees);
    return changes;
}

std::vector<LossChange> ranked_changes(const std::vector<Loss>& before, const std::vector<Loss>& after,
                                       double degrees) {
    std::vector<LossChange> changes = changes_of(before, after, degrees);
    std::stable_sort(changes.begin(), changes.end(), [](const LossChange& a, const LossChange& b) {
        return std::abs(a.cores()) > std::abs(b.cores());
    });
    return changes;
}

/// What is left to the thread count is what the ledger's losses sum to.
double speedup_of(const Figures& figures, const TimedPoint& point) {
    const double time_s = point.fastest_s();
    const double single_s = figures.point_at(figures.baseline_threads)->fastest_s();
    return time_s > 0 ? speedup_scale(figures, point.threads) * single_s / time_s : 0;
}

PointChange point_change(const Figures& before, const Figures& after, int threads) {
    const TimedPoint &old = *before.point_at(threads), &now = *after.point_at(threads);
    PointChange change;
    change.threads = threads;
    change.is_before_disturbed = before.is_disturbed_at(threads);
    change.is_after_disturbed = after.is_disturbed_at(threads);
    change.time_before_s = old.fastest_s();
    change.time_after_s = now.fastest_s();
    change.speedup_before = speedup_of(before, old);
    change.speedup_after = speedup_of(after, now);
    if (const auto ratio = speed_change(after, before, threads)) {
        change.ratio = ratio->value();
        change.ratio_ci95 = ratio->interval(0.95);
        change.is_clear = change.ratio_ci95->first > 1 || change.ratio_ci95->second < 1;
    }
    const LossPoint *old_losses = before.losses_at(threads), *new_losses = after.losses_at(threads);
    if (old_losses == nullptr || new_losses == nullptr) return change;
    const double degrees = loss_degrees(before, threads) + loss_degrees(after, threads);
    change.categories = changes_of(old_losses->categories, new_losses->categories, degrees);
    change.functions = ranked_changes(old_losses->functions, new_losses->functions, degrees);
    change.locks = ranked_changes(old_losses->locks, new_losses->locks, degrees);
    change.objects = ranked_changes(old_losses->objects, new_losses->objects, degrees);
    return change;
}

}  // namespace

Difference find_difference(const Figures& before, const Figures& after) {
    Difference difference;
    difference.why_not = differing_questions(after, before);
    if (!difference.why_not.empty()) return difference;
    difference.notes = differing_conditions(after, before);
    for (const TimedPoint& point : after.points)
        if (before.point_at(point.threads) != nullptr && before.point_at(before.baseline_threads) != nullptr)
            difference.points.push_back(point_change(before, after, point.threads));
    if (difference.points.empty()) difference.why_not.emplace_back("no thread count is in both recordings");
    return difference;
}

}  // namespace ftscale::compare
