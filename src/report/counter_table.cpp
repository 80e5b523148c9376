// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "analysis/counter_roles.h"
#include "analysis/functions.h"
#include "report/counter_columns.h"
#include "report/quantities.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using analysis::Counts;
using analysis::Function;
using analysis::Measurement;

constexpr std::size_t kMostFunctions = 8;
constexpr std::size_t kFewThreads = 9;  // a main thread and eight workers
constexpr double kVisibleShare = 0.02;  // smaller rows are noise
constexpr int kNameColumns = 28;

/// A line of the table.
struct Row {
    std::string name;  // kNameColumns wide
    const Counts* now;
    const Counts* before;  // null: only what is there now
};

double share_of(const Counts& counts, const Counts& all, const std::string& counter) {
    const auto part = counts.find(counter), whole = all.find(counter);
    return part == counts.end() || whole == all.end() || whole->second <= 0 ? 0 : part->second / whole->second;
}

/// What functions are ranked by: their share of the cycles, where those are counted; else of what is counted, on
/// average over the counters (one of them may have counted next to nothing).
double weight_of(const Function& function, const RunResult& run, const Measurement& measurement) {
    if (const auto* cycles = analysis::find_counter(measurement, analysis::role::kCycles))
        return share_of(function.counts, run.counts, cycles->name);
    double sum = 0;
    for (const auto& [name, count] : run.counts) sum += share_of(function.counts, run.counts, name);
    return run.counts.empty() ? 0 : sum / static_cast<double>(run.counts.size());
}

std::vector<const Function*> largest(const RunResult& run, const Measurement& measurement) {
    std::vector<std::pair<double, const Function*>> ranked;
    for (const Function& function : run.functions) {
        const double weight = weight_of(function, run, measurement);
        if (analysis::is_ledger_row(function) && weight >= kVisibleShare) ranked.emplace_back(weight, &function);
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    if (ranked.size() > kMostFunctions) ranked.resize(kMostFunctions);
    std::vector<const Function*> functions;
    functions.reserve(ranked.size());
    for (const auto& [weight, function] : ranked) functions.push_back(function);
    return functions;
}

/// Empty where the function did not run at the baseline.
const Counts& counts_before(const Function& function, const RunResult& baseline) {
    static const Counts kNone;
    for (const Function& row : baseline.functions)
        if (row.place == function.place && row.outside_python == function.outside_python) return row.counts;
    return kNone;
}

class Table {
  public:
    Table(const Measurement& measurement, Page& page) : columns_(counter_columns(measurement)), page_(page) {}

    void write(const std::vector<Row>& rows) const {
        bool is_first = true;
        for (const auto& block : in_blocks(columns_, kColumns - kNameColumns - 2)) {
            if (!is_first) page_.line();
            is_first = false;
            write_titles(block);
            for (const Row& row : rows) write_row(row, block);
        }
    }
    bool has_rates() const {
        return std::any_of(columns_.begin(), columns_.end(),
                           [](const CounterColumn& column) { return column.is_rate; });
    }

  private:
    void write_titles(const std::vector<CounterColumn>& block) const {
        std::string first(kNameColumns + 2, ' '), second = first;
        bool has_first = false;
        for (const CounterColumn& column : block) {
            first += pad_left(column.first, column.columns);
            second += pad_left(column.second, column.columns);
            has_first = has_first || !column.first.empty();
        }
        if (has_first) page_.line(page_.toned(first, Tone::Faint));
        page_.line(page_.toned(second, Tone::Faint));
    }

    void write_row(const Row& row, const std::vector<CounterColumn>& block) const {
        std::string line = "  " + row.name;
        for (const CounterColumn& column : block)
            line += pad_left(column.text(*row.now, row.before, page_.glyphs()), column.columns);
        page_.line(line);
    }

    std::vector<CounterColumn> columns_;
    Page& page_;
};

std::vector<Row> rows_of(const RunResult& run, const RunResult* baseline, const Measurement& measurement, Page& page) {
    const auto named = [&page](const std::string& name) {
        return pad_right(page.elided(name, kNameColumns), kNameColumns);
    };
    std::vector<Row> rows = {{named("all functions"), &run.counts, baseline != nullptr ? &baseline->counts : nullptr}};
    for (const Function* function : largest(run, measurement))
        rows.push_back({page.place(function->place, kNameColumns), &function->counts,
                        baseline != nullptr ? &counts_before(*function, *baseline) : nullptr});
    if (run.thread_rows.size() >= 2 && run.thread_rows.size() <= kFewThreads)
        for (const analysis::ThreadRow& thread : run.thread_rows)
            rows.push_back({named(thread.name.empty() ? thread_name(thread) : "thread " + thread_name(thread)),
                            &thread.counts, nullptr});
    if (!run.process_counts.empty()) rows.push_back({named("whole process"), &run.process_counts, nullptr});
    return rows;
}

/// "IPC: instructions per cycle; ..."; what the columns are, and where figures are less than they seem.
std::string remarks(const Analysis& analysis, const RunResult* baseline, int threads, bool has_rates,
                    const Glyphs& glyphs) {
    const Measurement& measurement = analysis.measurement;
    std::vector<std::string> sentences;
    if (has_rates) {
        std::string rates = "IPC is instructions per cycle; misses and the like are per thousand instructions";
        if (baseline != nullptr) rates += fmt::format("; {} {} {} threads", baseline->threads, glyphs.advice, threads);
        sentences.push_back(rates + ".");
    }
    const auto any = [&](auto is_so) {
        return std::any_of(measurement.counters.begin(), measurement.counters.end(), is_so);
    };
    if (any([](const auto& counter) { return counter.running_share < 1; }))
        sentences.emplace_back("~ is an estimate: the counter took turns with others.");
    std::string text;
    for (const std::string& sentence : sentences) text += (text.empty() ? "" : " ") + sentence;
    return text;
}

}  // namespace

void write_counters(const Analysis& analysis, Page& page) {
    const RunResult* run = explained_run(analysis);
    if (run == nullptr || run->counts.empty() || analysis.measurement.counters.empty()) return;
    const RunResult* baseline =
        has_losses(analysis) && analysis.whole.runs.size() > 1 ? &analysis.whole.runs.front() : nullptr;
    page.heading("COUNTERS",
                 fmt::format("at {}, by function and by thread of the last run", threads_text(run->threads)));
    const Table table(analysis.measurement, page);
    table.write(rows_of(*run, baseline, analysis.measurement, page));
    const std::string remark = remarks(analysis, baseline, run->threads, table.has_rates(), page.glyphs());
    if (!remark.empty()) page.paragraph("  ", remark, Tone::Faint);
}

}  // namespace ftscale::report
