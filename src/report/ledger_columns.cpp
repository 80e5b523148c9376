// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/ledger_columns.h"

#include <algorithm>
#include <cmath>

#include "report/category_notes.h"
#include "report/quantities.h"

namespace ftscale::report {
namespace {

using account::Category;
using analysis::Amounts;
using analysis::RunResult;

constexpr std::size_t kWork = 0;  // in kAllCategories
static_assert(account::kAllCategories[kWork] == Category::Work);

std::vector<long> split_of_work(const RunResult& run, long lost) {
    if (!run.work_split || run.capacity_s <= 0) return {};
    std::vector<double> cores;
    for (const double seconds :
         {run.work_split->more_instructions_s, run.work_split->lower_ipc_s, run.work_split->lower_clock_s})
        cores.push_back(run.threads * seconds / run.capacity_s);
    return hundredths_that_sum(cores, lost);
}

LedgerColumn make_column(const RunResult& run, const Amounts& amounts, double useful_cores) {
    LedgerColumn column{run.threads, std::lround(100 * useful_cores), {}, {}};
    std::vector<double> cores;
    for (const Category category : account::kAllCategories)
        cores.push_back(run.capacity_s > 0 ? run.threads * amounts[category] / run.capacity_s : 0);
    column.lost = hundredths_that_sum(cores, 100L * run.threads - column.useful);
    column.split = split_of_work(run, column.lost[kWork]);
    return column;
}

double useful_cores(const RunResult& run) {
    return run.capacity_s > 0 ? run.threads * (1 - run.loss_s / run.capacity_s) : 0;
}

}  // namespace

LedgerColumn loss_column(const RunResult& run) { return make_column(run, run.loss, useful_cores(run)); }

LedgerColumn time_column(const RunResult& run) { return make_column(run, run.ledger, 0); }

std::vector<std::size_t> shown_categories(const std::vector<LedgerColumn>& columns) {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < account::kCategoryCount; ++i)
        if (std::any_of(columns.begin(), columns.end(), [&](const LedgerColumn& c) { return c.lost[i] != 0; }))
            shown.push_back(i);
    std::stable_sort(shown.begin(), shown.end(),
                     [&](std::size_t a, std::size_t b) { return columns.back().lost[a] > columns.back().lost[b]; });
    return shown;
}

const char* category_meaning(Category category, bool are_losses) {
    return are_losses && category == Category::Work ? "same work, more CPU time" : note_on(category).meaning;
}

}  // namespace ftscale::report
