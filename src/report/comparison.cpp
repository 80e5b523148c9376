// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/comparison.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>

#include "report/json_values.h"
#include "report/markdown_text.h"
#include "report/page.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using compare::Difference;
using compare::Figures;
using compare::LossChange;
using compare::PointChange;

constexpr int kWidestName = 44;

/// What a table's column takes, its title included.
std::vector<int> widths_of(const Table& table) {
    std::vector<int> widths;
    for (std::size_t i = 0; i < table.titles.size(); ++i) {
        int widest = display_width(table.titles[i]);
        for (const auto& row : table.rows) widest = std::max(widest, display_width(printable(row[i])));
        widths.push_back(table.alignment[i] == 'l' ? std::min(widest, kWidestName) : widest);
    }
    return widths;
}

std::string text_row(const Table& table, const std::vector<int>& widths, const std::vector<std::string>& cells,
                     const Page& page) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const bool is_left = table.alignment[i] == 'l';
        const std::string cell = page.elided(printable(cells[i]), widths[i]);
        text += (i == 0 ? "  " : "   ") + (is_left ? pad_right(cell, widths[i]) : pad_left(cell, widths[i]));
    }
    return text;
}

void write_table(const Table& table, Page& page) {
    page.heading(table.title);
    const std::vector<int> widths = widths_of(table);
    page.line(page.toned(text_row(table, widths, table.titles, page), Tone::Faint));
    for (const auto& row : table.rows) page.line(text_row(table, widths, row, page));
}

void write_markdown_table(const Table& table, std::ostream& out) {
    fmt::print(out, "\n#### {}\n\n|", table.title);
    for (const std::string& title : table.titles) fmt::print(out, " {} |", markdown_text(title));
    out << "\n|";
    for (const char side : table.alignment) out << (side == 'l' ? " --- |" : " ---: |");
    out << '\n';
    for (const auto& row : table.rows) {
        out << '|';
        for (const std::string& cell : row) fmt::print(out, " {} |", markdown_text(cell, 120));
        out << '\n';
    }
}

Json change_json(const LossChange& change) {
    return {{"name", change.after.name},
            {"place", text_or_null(change.after.place)},
            {"lost_cores_a", number(change.before.cores)},
            {"lost_cores_b", number(change.after.cores)},
            {"change_cores", number(change.cores())},
            {"half_width_95", number(change.half_width95)},
            {"clear", change.is_clear}};
}

Json point_json(const PointChange& point) {
    return {{"threads", point.threads},
            {"fastest_a_s", number(point.time_before_s)},
            {"fastest_b_s", number(point.time_after_s)},
            {"speedup_a", number(point.speedup_before)},
            {"speedup_b", number(point.speedup_after)},
            {"efficiency_ratio", number(point.ratio)},
            {"efficiency_ratio_ci95", interval(point.ratio_ci95)},
            {"clear", point.is_clear},
            {"categories", list(point.categories, change_json)},
            {"functions", list(point.functions, change_json)},
            {"locks", list(point.locks, change_json)},
            {"objects", list(point.objects, change_json)}};
}

Json figures_json(const std::string& name, const Figures& figures) {
    return {{"file", name},         {"command", figures.command}, {"interpreter", figures.interpreter},
            {"cpus", figures.cpus}, {"scaling", figures.scaling}, {"created", figures.created}};
}

std::string refusal(const Difference& difference) {
    std::string text = "not comparable";
    const char* before = ": ";
    for (const std::string& reason : difference.why_not) {
        text += before + reason;
        before = "; ";
    }
    return text;
}

}  // namespace

void write_comparison_text(const ComparedFigures& compared, const Difference& difference, std::ostream& out,
                           const TextOptions& options) {
    Page page(out, options);
    page.paragraph("A  ", compared.name_a + ": " + describe_figures(compared.a));
    page.paragraph("B  ", compared.name_b + ": " + describe_figures(compared.b));
    page.line();
    if (!difference.why_not.empty()) return page.paragraph("", refusal(difference), Tone::Bad);
    page.paragraph("", comparison_sentence(difference), Tone::Strong);
    for (const std::string& note : difference.notes) page.paragraph("! ", note, Tone::Caution);
    for (const Table& table : comparison_tables(difference, page.glyphs())) write_table(table, page);
    page.line();
    page.paragraph("  ", kClearNote, Tone::Faint);
}

void write_comparison_markdown(const ComparedFigures& compared, const Difference& difference, std::ostream& out) {
    const bool refused = !difference.why_not.empty();
    fmt::print(out, "### ftscale compare\n\n**{}**\n",
               markdown_text(refused ? refusal(difference) : comparison_sentence(difference)));
    fmt::print(out, "\n- A: {}: {}\n- B: {}: {}\n", markdown_code(compared.name_a),
               markdown_text(describe_figures(compared.a)), markdown_code(compared.name_b),
               markdown_text(describe_figures(compared.b)));
    if (refused) return;
    for (const std::string& note : difference.notes) fmt::print(out, "- {}\n", markdown_text(note));
    for (const Table& table : comparison_tables(difference, glyphs_of({}))) write_markdown_table(table, out);
    fmt::print(out, "\n{}\n", markdown_text(kClearNote));
}

void write_comparison_json(const ComparedFigures& compared, const Difference& difference, std::ostream& out) {
    const bool refused = !difference.why_not.empty();
    const Json json = {{"schema", "ftscale.comparison/1"},
                       {"a", figures_json(compared.name_a, compared.a)},
                       {"b", figures_json(compared.name_b, compared.b)},
                       {"message", refused ? refusal(difference) : comparison_sentence(difference)},
                       {"not_comparable", difference.why_not},
                       {"notes", difference.notes},
                       {"points", list(difference.points, point_json)}};
    out << json.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace ftscale::report
