// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/category_notes.h"
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

/// One thread count in hundredths of a core; what is printed adds up.
struct Column {
    int threads = 1;
    long useful = 0;
    std::vector<long> lost;   // as kAllCategories
    std::vector<long> split;  // of lost work, as kSplit; empty where it is not known
};

constexpr std::size_t kWork = 0;  // in kAllCategories
static_assert(account::kAllCategories[kWork] == Category::Work);

struct SplitRow {
    const char* label;
    const char* note;
};
constexpr std::array<SplitRow, 3> kSplit = {{{"instructions", "of which: more instructions"},
                                             {"IPC", "of which: fewer per cycle"},
                                             {"clock", "of which: a lower clock"}}};

std::vector<long> split_of_work(const RunResult& run, long lost) {
    if (!run.work_split || run.capacity_s <= 0) return {};
    std::vector<double> cores;
    for (const double seconds :
         {run.work_split->more_instructions_s, run.work_split->lower_ipc_s, run.work_split->lower_clock_s})
        cores.push_back(run.threads * seconds / run.capacity_s);
    return hundredths_that_sum(cores, lost);
}

/// Without losses (`useful` = 0) the column splits all cores.
Column make_column(const RunResult& run, const Amounts& amounts, double useful_cores) {
    Column column{run.threads, std::lround(100 * useful_cores), {}, {}};
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

std::string number(long hundredths, const Page& page) {
    if (hundredths == 0) return std::string(kNumberColumns - 1, ' ') + page.toned(page.glyphs().nothing, Tone::Faint);
    return pad_left(cores_text(static_cast<double>(hundredths) / 100), kNumberColumns);
}

class Table {
  public:
    Table(std::vector<Column> columns, Page& page)
        : columns_(std::move(columns)), page_(page), has_notes_(kLabelColumns + width() + kNoteColumns <= kColumns) {}

    void write_head() {
        std::string head = pad_right("  threads", kLabelColumns);
        for (const Column& column : columns_) head += pad_left(std::to_string(column.threads), kNumberColumns);
        page_.line(page_.toned(head, Tone::Faint));
    }

    template <typename Value>
    void write_row(const std::string& label, const char* note, Tone tone, Value value) {
        std::string row = page_.toned(pad_right("  " + label, kLabelColumns), tone);
        for (const Column& column : columns_) row += number(value(column), page_);
        page_.line(has_notes_ ? row + "  " + page_.toned(note, Tone::Faint) : row);
    }

    void write_rule() {
        std::string rule(2, ' ');
        for (int i = 2; i < kLabelColumns + width(); ++i) rule += page_.glyphs().rule;
        page_.line(page_.toned(rule, Tone::Faint));
    }

    /// Largest first, by the largest thread count; those that nowhere make a hundredth of a core are left out.
    void write_categories(bool are_losses) {
        std::vector<std::size_t> shown;
        for (std::size_t i = 0; i < account::kCategoryCount; ++i)
            if (std::any_of(columns_.begin(), columns_.end(), [&](const Column& c) { return c.lost[i] != 0; }))
                shown.push_back(i);
        const Column& last = columns_.back();
        std::stable_sort(shown.begin(), shown.end(),
                         [&](std::size_t a, std::size_t b) { return last.lost[a] > last.lost[b]; });
        for (const std::size_t i : shown) {
            const Category category = account::kAllCategories[i];
            const bool is_inflation = are_losses && category == Category::Work;
            const char* note = is_inflation ? "same work, more CPU time" : note_on(category).meaning;
            write_row(account::category_name(category), note, Tone::Plain, [i](const Column& c) { return c.lost[i]; });
            if (is_inflation) write_split();
        }
    }

  private:
    void write_split() {
        if (columns_.back().split.empty()) return;
        for (std::size_t i = 0; i < kSplit.size(); ++i)
            write_row(std::string("  ") + kSplit[i].label, kSplit[i].note, Tone::Faint,
                      [i](const Column& c) { return c.split.empty() ? 0 : c.split[i]; });
    }

    int width() const { return kNumberColumns * static_cast<int>(columns_.size()); }

    std::vector<Column> columns_;
    Page& page_;
    bool has_notes_;
};

void write_losses(const Analysis& analysis, Page& page) {
    std::vector<Column> columns;
    const auto& runs = analysis.whole.runs;
    const auto kept = thinned(runs.size(), kMostNumbers);
    for (const std::size_t i : kept) columns.push_back(make_column(runs[i], runs[i].loss, useful_cores(runs[i])));
    page.heading("WHERE THE CORES WENT", fmt::format("in cores, against {}{}", threads_text(analysis.baseline_threads),
                                                     kept.size() < runs.size() ? fmt::format("; {} of {} thread counts",
                                                                                             kept.size(), runs.size())
                                                                               : ""));
    Table table(std::move(columns), page);
    table.write_head();
    table.write_row("useful", "the speed-up", Tone::Good, [](const Column& c) { return c.useful; });
    table.write_categories(true);
    table.write_rule();
    table.write_row("lost", "the rows between", Tone::Strong,
                    [](const Column& c) { return 100L * c.threads - c.useful; });
    table.write_row("useful + lost", "", Tone::Plain, [](const Column& c) { return 100L * c.threads; });
}

void write_times(const RunResult& run, Page& page) {
    page.heading("WHERE THE CORES WENT", "in cores; not what was lost, for there is nothing to compare with");
    Table table({make_column(run, run.ledger, 0)}, page);
    table.write_head();
    table.write_categories(false);
    table.write_rule();
    table.write_row("sum", "", Tone::Strong, [](const Column& c) { return 100L * c.threads; });
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
