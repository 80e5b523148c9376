// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/markdown.h"

#include <fmt/format.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "report/fit_sentences.h"
#include "report/ledger_columns.h"
#include "report/markdown_text.h"
#include "report/page.h"
#include "report/quantities.h"
#include "report/ranked_functions.h"
#include "report/sections.h"
#include "report/text.h"

namespace ftscale::report {
namespace {

using analysis::Point;

constexpr std::size_t kMostPoints = 20;
constexpr std::size_t kMostColumns = 8;  // of the ledger
constexpr std::size_t kMostFindings = 5;
constexpr std::size_t kMostEvidence = 5;  // of a finding
constexpr std::size_t kMostFunctions = 10;
constexpr std::size_t kMostBytes = 60'000;
constexpr int kCausesColumns = 80;

class Writer {
  public:
    explicit Writer(const Analysis& analysis) : analysis_(analysis), text_page_(text_, {}) {}

    std::string write() {
        write_head();
        write_findings();
        write_curve();
        write_ledger();
        write_functions();
        write_details();
        return std::move(markdown_);
    }

  private:
    void line(const std::string& text = {}) { markdown_ += text + "\n"; }
    /// A row, and what separates it from the rest where it is the head. Text stands at the left, numbers at the right.
    void head(const std::vector<std::string>& cells, std::string_view alignment);
    void row(const std::vector<std::string>& cells);

    void write_head();
    void write_findings();
    void write_finding(const analysis::Finding& finding);
    void write_curve();
    void write_point(const Point& point);
    void write_ledger();
    void write_functions();
    void write_details();
    std::string place_text(const analysis::Place& place) const;
    const Glyphs& glyphs() const { return text_page_.glyphs(); }

    const Analysis& analysis_;
    std::ostringstream text_;
    Page text_page_;  // for its glyphs, and the details
    std::string markdown_;
};

void Writer::row(const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& cell : cells) text += " " + cell + " |";
    line(text);
}

void Writer::head(const std::vector<std::string>& cells, std::string_view alignment) {
    row(cells);
    std::vector<std::string> rules;
    for (std::size_t i = 0; i < cells.size(); ++i) rules.emplace_back(alignment[i] == 'r' ? "---:" : "---");
    row(rules);
}

void Writer::write_head() {
    const recording::Manifest& manifest = analysis_.manifest;
    std::string command;
    for (const std::string& word : manifest.argv) command += (command.empty() ? "" : " ") + word;
    line("### ftscale: " + (command.empty() ? std::string("an unknown script") : markdown_code(command)));
    line();
    line("**" + markdown_text(verdict_sentence(analysis_)) + "**");
    for (const analysis::Warning& warning : analysis_.warnings)
        if (belongs_to_verdict(warning)) {
            line();
            line("> \u26a0 " + markdown_text(warning.message));
        }
}

void Writer::write_finding(const analysis::Finding& finding) {
    line(fmt::format("1. **{}** cores: **{}**", cores_text(finding.lost_cores), markdown_text(finding.title)));
    for (std::size_t i = 0; i < finding.evidence.size() && i < kMostEvidence; ++i)
        line("   - " + markdown_text(finding.evidence[i]));
    if (const std::string gain = gain_text(finding, analysis_.whole.points.back()); !gain.empty()) line("   - " + gain);
    if (!finding.advice.empty()) line("   - \u2192 " + markdown_text(finding.advice));
}

void Writer::write_findings() {
    if (analysis_.whole.points.size() < 2) return;
    line();
    line("#### What to look at");
    line();
    if (analysis_.findings.empty()) line(no_findings_sentence(analysis_.whole.points.back()));
    for (std::size_t i = 0; i < analysis_.findings.size() && i < kMostFindings; ++i)
        write_finding(analysis_.findings[i]);
}

void Writer::write_point(const Point& point) {
    const bool has_interval = point.speedup_ci95 && point.speedup_ci95->first < point.speedup_ci95->second;
    std::vector<std::string> cells = {std::to_string(point.threads) + (point.disturbed > 0    ? " !"
                                                                       : point.oversubscribed ? "\\*"
                                                                                              : ""),
                                      seconds_text(point.wall_s, glyphs()), fmt::format("{:.2f}x", point.speedup),
                                      has_interval ? interval_text(*point.speedup_ci95, 2, glyphs()) : "",
                                      percent_text(point.efficiency)};
    for (const analysis::Control& control : analysis_.whole.controls) {
        const analysis::ControlPoint* here = find_control(analysis_.whole, control.name, point.threads);
        cells.push_back(here != nullptr && here->speedup ? fmt::format("{:.2f}x", *here->speedup) : "");
    }
    row(cells);
}

void Writer::write_curve() {
    const std::vector<Point>& points = analysis_.whole.points;
    if (points.empty()) return;
    line();
    line("#### Speed-up");
    line();
    std::vector<std::string> titles = {"threads", "time", "speed-up", "95 %", "efficiency"};
    for (const analysis::Control& control : analysis_.whole.controls)
        titles.emplace_back(control.name == recording::kGilControl ? "GIL on" : "processes");
    head(titles, "rrrrrrr");
    bool is_oversubscribed = false, is_disturbed = false;
    for (const std::size_t i : thinned(points.size(), kMostPoints)) {
        write_point(points[i]);
        is_oversubscribed |= points[i].oversubscribed;
        is_disturbed |= points[i].disturbed > 0;
    }
    std::vector<std::string> sentences = fit_sentences(analysis_.whole, glyphs());
    if (const std::string sentence = control_sentence(analysis_.whole); !sentence.empty())
        sentences.insert(sentences.begin(), sentence);
    if (is_oversubscribed) sentences.insert(sentences.begin(), "* more threads than CPUs");
    if (is_disturbed) sentences.insert(sentences.begin(), "! something else used the CPUs during some of these runs");
    for (const std::string& sentence : sentences) {
        line();
        line(markdown_text(sentence));
    }
}

void Writer::write_ledger() {
    const std::vector<RunResult>& runs = analysis_.whole.runs;
    if (runs.empty()) return;
    const bool losses = has_losses(analysis_);
    std::vector<LedgerColumn> columns;
    std::vector<std::string> titles = {losses ? "lost cores" : "cores"};
    for (const std::size_t i : thinned(runs.size(), kMostColumns)) {
        columns.push_back(losses ? loss_column(runs[i]) : time_column(runs[i]));
        titles.push_back(std::to_string(runs[i].threads));
    }
    titles.emplace_back("");
    const auto ledger_row = [&](const std::string& label, const char* meaning, auto hundredths) {
        std::vector<std::string> cells = {label};
        for (const LedgerColumn& column : columns)
            cells.push_back(hundredths(column) == 0 ? "" : cores_text(static_cast<double>(hundredths(column)) / 100));
        cells.emplace_back(meaning);
        row(cells);
    };
    line();
    line("#### Where the cores went");
    line();
    head(titles, "l" + std::string(columns.size(), 'r') + "l");
    if (losses) ledger_row("useful", "the speed-up", [](const LedgerColumn& c) { return c.useful; });
    for (const std::size_t i : shown_categories(columns)) {
        const account::Category category = account::kAllCategories[i];
        ledger_row(markdown_code_cell(account::category_name(category)), category_meaning(category, losses),
                   [i](const LedgerColumn& c) { return c.lost[i]; });
    }
    ledger_row(losses ? "**lost**" : "**sum**", "", [](const LedgerColumn& c) { return 100L * c.threads - c.useful; });
}

std::string Writer::place_text(const analysis::Place& place) const {
    std::string text = markdown_code_cell(place.function, 80);
    if (!place.file.empty()) text += " " + markdown_text(short_location(place), 60);
    return text;
}

void Writer::write_functions() {
    const RunResult* run = explained_run(analysis_);
    if (run == nullptr) return;
    const bool losses = has_losses(analysis_);
    const std::vector<RankedFunction> functions = largest_functions(*run, losses, false, kMostFunctions);
    if (functions.empty()) return;
    line();
    line(fmt::format("#### Functions at {}", threads_text(run->threads)));
    line();
    head({losses ? "lost cores" : "cores", "function", ""}, "rll");
    for (const RankedFunction& ranked : functions)
        row({cores_text(ranked.total), place_text(place_of_largest(ranked)),
             markdown_text(causes_text(ranked.cores, kCausesColumns))});
}

/// What has no table of its own here stands as the text report has it.
void Writer::write_details() {
    for (const auto section : {write_headline, write_regions, write_efficiencies, write_locks, write_objects,
                               write_pauses, write_threads, write_counters, write_measurement})
        section(analysis_, text_page_);
    const std::string block = markdown_block(text_.str());
    line();
    if (markdown_.size() + block.size() > kMostBytes) {
        line("The details do not fit here: `ftscale report` prints them.");
        return;
    }
    line("<details><summary>Locks, objects, pauses, threads, and how it was measured</summary>");
    line();
    markdown_ += block;
    line();
    line("</details>");
}

}  // namespace

void write_markdown(const Analysis& analysis, std::ostream& out) { out << Writer(analysis).write(); }

}  // namespace ftscale::report
