// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/counter_roles.h"
#include "report/quantities.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using analysis::Efficiency;

constexpr int kLabelColumns = 20;
constexpr int kNumberColumns = 8;
constexpr int kNoteColumns = 28;  // what a factor means, and two blanks
constexpr std::size_t kMostNumbers = (kColumns - kLabelColumns) / kNumberColumns;

struct Row {
    const char* label;  // indented by how deep in the tree it is
    const char* note;   // what 100 % means
    std::optional<double> (*value)(const Efficiency&);
};

using Value = std::optional<double>;
constexpr std::array<Row, 9> kRows = {{
    {"global", "the product of both", [](const Efficiency& e) -> Value { return e.global; }},
    {"  parallel", "all slots compute always", [](const Efficiency& e) -> Value { return e.parallel; }},
    {"    load balance", "all threads compute alike", [](const Efficiency& e) -> Value { return e.load_balance; }},
    {"    serialisation", "none waits for another", [](const Efficiency& e) -> Value { return e.serialisation; }},
    {"    transfer", "no spin, no run_queue", [](const Efficiency& e) -> Value { return e.transfer; }},
    {"  computation", "no more CPU time", [](const Efficiency& e) -> Value { return e.computation; }},
    {"    instructions", "no more instructions", [](const Efficiency& e) { return e.instructions; }},
    {"    IPC", "as many per cycle", [](const Efficiency& e) { return e.ipc; }},
    {"    clock", "as many cycles a second", [](const Efficiency& e) { return e.clock; }},
}};

void write_row(const Row& row, const std::vector<const RunResult*>& runs, Page& page) {
    const auto value_at = [&row](const RunResult* run) {
        return run->efficiency ? row.value(*run->efficiency) : std::nullopt;
    };
    if (std::none_of(runs.begin(), runs.end(), [&](const RunResult* run) { return value_at(run).has_value(); })) return;
    std::string line = pad_right(std::string("  ") + row.label, kLabelColumns);
    for (const RunResult* run : runs) {
        const Value value = value_at(run);
        line += value ? pad_left(percent_text(*value), kNumberColumns)
                      : std::string(kNumberColumns - 1, ' ') + page.toned(page.glyphs().nothing, Tone::Faint);
    }
    const int used = kLabelColumns + kNumberColumns * static_cast<int>(runs.size());
    page.line(used + kNoteColumns <= kColumns ? line + "  " + page.toned(row.note, Tone::Faint) : line);
}

/// What the factors do not tell by themselves.
std::string remarks(const Analysis& analysis, const Efficiency& efficiency) {
    std::string text = "The POP metrics: each is the product of those below it, computation is against " +
                       threads_text(analysis.baseline_threads) + ".";
    if (!efficiency.ipc) return text + " Without cycles and instructions it is not split further.";
    const analysis::CounterFacts* cycles = analysis::find_counter(analysis.measurement, analysis::role::kCycles);
    if (cycles != nullptr && cycles->user_only)
        text += " The kernel's cycles are not counted: more time there shows as a lower clock.";
    return text;
}

}  // namespace

void write_efficiencies(const Analysis& analysis, Page& page) {
    const RunResult* last = explained_run(analysis);
    if (last == nullptr || !has_losses(analysis) || !last->efficiency) return;
    std::vector<const RunResult*> runs;
    for (const std::size_t i : thinned(analysis.whole.runs.size(), kMostNumbers))
        runs.push_back(&analysis.whole.runs[i]);
    page.heading("EFFICIENCIES", "how well the slots' time was used for computing");
    std::string head = pad_right("  threads", kLabelColumns);
    for (const RunResult* run : runs) head += pad_left(std::to_string(run->threads), kNumberColumns);
    page.line(page.toned(head, Tone::Faint));
    for (const Row& row : kRows) write_row(row, runs, page);
    page.paragraph("  ", remarks(analysis, *last->efficiency), Tone::Faint);
}

}  // namespace ftscale::report
