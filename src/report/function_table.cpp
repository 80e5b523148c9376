// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/quantities.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using account::Category;
using analysis::Function;

constexpr std::size_t kMostPython = 10;
constexpr std::size_t kMostNative = 5;
constexpr double kSmallest = 0.005;     // cores: what would print as 0.00
constexpr double kVisibleShare = 0.02;  // of all that is ranked: smaller rows are noise
constexpr int kSizeColumns = 6;
constexpr int kLeastPlaceColumns = 24, kMostPlaceColumns = 42;

/// What the table ranks by: lost cores, or, where there is nothing to compare with, cores used.
struct Ranked {
    const Function* function;
    Amounts cores;
    double total;
};

Ranked rank(const Function& function, const RunResult& run, bool losses) {
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

std::vector<Ranked> largest(const RunResult& run, bool losses, bool native, std::size_t most) {
    const double smallest = std::max(kSmallest, kVisibleShare * ranked_cores(run, losses));
    std::vector<Ranked> rows;
    for (const Function& function : run.functions) {
        if (repeats_python_time(function) != native) continue;
        rows.push_back(rank(function, run, losses));
        if (rows.back().total < smallest) rows.pop_back();
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Ranked& a, const Ranked& b) { return a.total > b.total; });
    if (rows.size() > most) rows.resize(most);
    return rows;
}

analysis::Place costliest_line(const Function& function) {
    analysis::Place place = function.place;
    if (function.hot_line > 0) place.line = function.hot_line;
    return place;
}

/// As wide as the widest needs, within limits: what is left is for the causes.
int place_columns(const std::vector<Ranked>& rows) {
    int columns = kLeastPlaceColumns;
    for (const Ranked& row : rows) {
        const analysis::Place place = costliest_line(*row.function);
        columns = std::max(columns, display_width(place.function) + 2 + display_width(short_location(place)));
    }
    return std::min(columns, kMostPlaceColumns);
}

/// "lock_wait 0.41, spin 0.11": the largest parts, as many as fit.
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

void write_rows(const std::vector<Ranked>& rows, Page& page) {
    const int columns = place_columns(rows);
    for (const Ranked& row : rows)
        page.line(pad_left(cores_text(row.total), kSizeColumns) + "  " +
                  page.place(costliest_line(*row.function), columns) + "  " +
                  page.toned(causes_text(row.cores, kColumns - kSizeColumns - columns - 4), Tone::Faint));
}

}  // namespace

void write_functions(const Analysis& analysis, Page& page) {
    const RunResult* run = explained_run(analysis);
    if (run == nullptr) return;
    const bool losses = has_losses(analysis);
    const auto python = largest(*run, losses, false, kMostPython);
    if (!python.empty()) {
        page.heading("FUNCTIONS", fmt::format("{} cores at {}, each with its costliest line", losses ? "lost" : "used",
                                              threads_text(run->threads)));
        write_rows(python, page);
    }
    const auto native = largest(*run, losses, true, kMostNative);
    if (native.empty()) return;
    page.heading("NATIVE FUNCTIONS", "part of the above, by what ran inside");
    write_rows(native, page);
}

}  // namespace ftscale::report
