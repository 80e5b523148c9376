// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/quantities.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using account::Category;
using analysis::ThreadRow;

constexpr std::size_t kFew = 9;  // threads: a main thread and eight workers
constexpr int kNameColumns = 24;

/// "work 62 %, lock_wait 30 %": shares of the thread's own time, the largest first, as many as fit.
std::string states_text(const Amounts& amounts, int columns) {
    std::vector<Category> order(account::kAllCategories.begin(), account::kAllCategories.end());
    std::stable_sort(order.begin(), order.end(), [&](Category a, Category b) { return amounts[a] > amounts[b]; });
    const double total = amounts.total();
    std::string text;
    for (const Category category : order) {
        if (total <= 0 || amounts[category] < 0.005 * total) break;
        const std::string part = fmt::format("{}{} {}", text.empty() ? "" : ", ", account::category_name(category),
                                             percent_text(amounts[category] / total));
        if (static_cast<int>(text.size() + part.size()) > columns) break;
        text += part;
    }
    return text;
}

}  // namespace

void write_threads(const Analysis& analysis, Page& page) {
    const RunResult* run = explained_run(analysis);
    if (run == nullptr || run->thread_rows.size() < 2 || run->thread_rows.size() > kFew) return;
    page.heading("THREADS", fmt::format("of the last run at {}: how each spent its time", threads_text(run->threads)));
    for (const ThreadRow& row : run->thread_rows) {
        const std::string name = thread_name(row);
        const std::string lead = "  " + pad_right(page.elided(name, kNameColumns), kNameColumns) +
                                 pad_left(seconds_text(row.ledger.total(), page.glyphs()), 9) + "  ";
        page.line(lead + page.toned(states_text(row.ledger, kColumns - display_width(lead)), Tone::Faint));
    }
}

}  // namespace ftscale::report
