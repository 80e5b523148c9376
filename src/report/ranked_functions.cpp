// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/ranked_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/functions.h"
#include "report/quantities.h"

namespace ftscale::report {

using account::Category;
using analysis::Amounts;
using analysis::Function;
using analysis::RunResult;

namespace {

constexpr double kSmallest = 0.005;     // cores: what would print as 0.00
constexpr double kVisibleShare = 0.02;  // of all that is ranked: smaller rows are noise

RankedFunction rank(const Function& function, const RunResult& run, bool losses) {
    Amounts cores = losses ? function.loss : function.self;
    cores *= run.capacity_s > 0 ? run.threads / run.capacity_s : 0;
    return {&function, cores, cores.total()};
}

/// All of it: lost cores, or all cores.
double ranked_cores(const RunResult& run, bool losses) {
    if (run.capacity_s <= 0) return 0;
    return losses ? run.threads * run.loss_s / run.capacity_s : run.threads;
}

bool repeats_python_time(const Function& function) { return function.place.native && !function.outside_python; }

}  // namespace

std::vector<RankedFunction> largest_functions(const RunResult& run, bool losses, bool native, std::size_t most) {
    const double smallest = std::max(kSmallest, kVisibleShare * ranked_cores(run, losses));
    std::vector<RankedFunction> rows;
    for (const Function& function : run.functions) {
        if (repeats_python_time(function) != native) continue;
        rows.push_back(rank(function, run, losses));
        if (rows.back().total < smallest) rows.pop_back();
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const RankedFunction& a, const RankedFunction& b) { return a.total > b.total; });
    if (rows.size() > most) rows.resize(most);
    return rows;
}

analysis::Place place_of_largest(const RankedFunction& row) {
    const auto largest = std::max_element(account::kAllCategories.begin(), account::kAllCategories.end(),
                                          [&](Category a, Category b) { return row.cores[a] < row.cores[b]; });
    return analysis::place_of(*row.function, *largest);
}

std::string causes_text(const Amounts& cores, int columns) {
    std::vector<Category> order(account::kAllCategories.begin(), account::kAllCategories.end());
    std::stable_sort(order.begin(), order.end(),
                     [&](Category a, Category b) { return std::abs(cores[a]) > std::abs(cores[b]); });
    std::string text;
    for (const Category category : order) {
        if (std::abs(cores[category]) < kSmallest) break;
        const std::string part = fmt::format("{}{} {}", text.empty() ? "" : ", ", account::category_name(category),
                                             cores_text(cores[category]));
        if (static_cast<int>(text.size() + part.size()) > columns) break;
        text += part;
    }
    return text;
}

}  // namespace ftscale::report
