// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>

#include "report/ledger_columns.h"
#include "report/quantities.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using account::Category;

constexpr int kLabelColumns = 16;
constexpr int kNumberColumns = 8;
constexpr int kNoteColumns = 32;  // what a category means, and two blanks
constexpr std::size_t kMostNumbers = (kColumns - kLabelColumns) / kNumberColumns;

struct SplitRow {
    const char* label;
    const char* note;
};
constexpr std::array<SplitRow, 3> kSplit = {{{"instructions", "of which: more instructions"},
                                             {"IPC", "of which: fewer per cycle"},
                                             {"clock", "of which: a lower clock"}}};

std::string number(long hundredths, const Page& page) {
    if (hundredths == 0) return std::string(kNumberColumns - 1, ' ') + page.toned(page.glyphs().nothing, Tone::Faint);
    return pad_left(cores_text(static_cast<double>(hundredths) / 100), kNumberColumns);
}

class Table {
  public:
    Table(std::vector<LedgerColumn> columns, Page& page)
        : columns_(std::move(columns)), page_(page), has_notes_(kLabelColumns + width() + kNoteColumns <= kColumns) {}

    void write_head() {
        std::string head = pad_right("  threads", kLabelColumns);
        for (const LedgerColumn& column : columns_) head += pad_left(std::to_string(column.threads), kNumberColumns);
        page_.line(page_.toned(head, Tone::Faint));
    }

    template <typename Value>
    void write_row(const std::string& label, const char* note, Tone tone, Value value) {
        std::string row = page_.toned(pad_right("  " + label, kLabelColumns), tone);
        for (const LedgerColumn& column : columns_) row += number(value(column), page_);
        page_.line(has_notes_ ? row + "  " + page_.toned(note, Tone::Faint) : row);
    }

    void write_rule() {
        std::string rule(2, ' ');
        for (int i = 2; i < kLabelColumns + width(); ++i) rule += page_.glyphs().rule;
        page_.line(page_.toned(rule, Tone::Faint));
    }

    void write_categories(bool are_losses) {
        for (const std::size_t i : shown_categories(columns_)) {
            const Category category = account::kAllCategories[i];
            const bool is_inflation = are_losses && category == Category::Work;
            write_row(account::category_name(category), category_meaning(category, are_losses), Tone::Plain,
                      [i](const LedgerColumn& c) { return c.lost[i]; });
            if (is_inflation) write_split();
        }
    }

  private:
    void write_split() {
        if (columns_.back().split.empty()) return;
        for (std::size_t i = 0; i < kSplit.size(); ++i)
            write_row(std::string("  ") + kSplit[i].label, kSplit[i].note, Tone::Faint,
                      [i](const LedgerColumn& c) { return c.split.empty() ? 0 : c.split[i]; });
    }

    int width() const { return kNumberColumns * static_cast<int>(columns_.size()); }

    std::vector<LedgerColumn> columns_;
    Page& page_;
    bool has_notes_;
};

void write_losses(const Analysis& analysis, Page& page) {
    std::vector<LedgerColumn> columns;
    const auto& runs = analysis.whole.runs;
    const auto kept = thinned(runs.size(), kMostNumbers);
    for (const std::size_t i : kept) columns.push_back(loss_column(runs[i]));
    page.heading("WHERE THE CORES WENT", fmt::format("in cores, against {}{}", threads_text(analysis.baseline_threads),
                                                     kept.size() < runs.size() ? fmt::format("; {} of {} thread counts",
                                                                                             kept.size(), runs.size())
                                                                               : ""));
    Table table(std::move(columns), page);
    table.write_head();
    table.write_row("useful", "the speed-up", Tone::Good, [](const LedgerColumn& c) { return c.useful; });
    table.write_categories(true);
    table.write_rule();
    table.write_row("lost", "the rows between", Tone::Strong,
                    [](const LedgerColumn& c) { return 100L * c.threads - c.useful; });
    table.write_row("useful + lost", "", Tone::Plain, [](const LedgerColumn& c) { return 100L * c.threads; });
}

void write_times(const RunResult& run, Page& page) {
    page.heading("WHERE THE CORES WENT", "in cores; not what was lost, for there is nothing to compare with");
    Table table({time_column(run)}, page);
    table.write_head();
    table.write_categories(false);
    table.write_rule();
    table.write_row("sum", "", Tone::Strong, [](const LedgerColumn& c) { return 100L * c.threads; });
}

}  // namespace

void write_ledger(const Analysis& analysis, Page& page) {
    const RunResult* run = explained_run(analysis);
    if (run == nullptr) return;
    if (has_losses(analysis)) {
        write_losses(analysis, page);
    } else {
        write_times(*run, page);
    }
}

}  // namespace ftscale::report
