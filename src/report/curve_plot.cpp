// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The speed-up curve, turned on its side: a row per thread count, a bar as long as the speed-up, and a mark where the
// ideal would be.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/fit_sentences.h"
#include "report/quantities.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

using analysis::Point;
using analysis::RegionResult;

constexpr std::size_t kMostRows = 20;
constexpr int kPlotCells = 31;  // for the largest thread count; its mark stands behind

/// A control's speed-ups, in a column that takes its room from the plot.
struct ControlColumn {
    std::string control;
    const char* title;
    int width;
};

std::vector<ControlColumn> control_columns(const RegionResult& region) {
    std::vector<ControlColumn> columns;
    for (const analysis::Control& control : region.controls) {
        if (control.name == recording::kGilControl) columns.push_back({control.name, "GIL on", 9});
        if (control.name == recording::kProcessesControl) columns.push_back({control.name, "processes", 10});
    }
    return columns;
}

double scale_of(const std::vector<Point>& points, const std::vector<ControlColumn>& columns) {
    double most = 1;
    for (const Point& point : points) most = std::max({most, static_cast<double>(point.threads), point.speedup});
    int cells = kPlotCells;
    for (const ControlColumn& column : columns) cells -= column.width;
    return cells / most;
}

/// Blank where there is no figure.
std::string control_cells(const RegionResult& region, const std::vector<ControlColumn>& columns, int threads) {
    std::string text;
    for (const ControlColumn& column : columns) {
        const analysis::ControlPoint* point = find_control(region, column.control, threads);
        const bool is_rated = point != nullptr && point->speedup;
        text += pad_left(is_rated ? fmt::format("{:.2f}x", *point->speedup) : std::string(), column.width);
    }
    return text;
}

Tone tone_of(double efficiency) {
    if (efficiency >= 0.8) return Tone::Good;  // what the POP metrics call acceptable
    return efficiency >= 0.5 ? Tone::Caution : Tone::Bad;
}

/// ████████▌······│
std::string plot(const Point& point, double scale, const Page& page) {
    const std::string filled = page.bar(point.speedup * scale);
    const int mark = static_cast<int>(std::lround(point.threads * scale));
    const int gap = mark - display_width(filled);
    std::string text = page.toned(filled, tone_of(point.efficiency));
    if (gap < 0) return text;  // better than ideal: the bar covers the mark
    std::string rest;
    for (int i = 0; i < gap; ++i) rest += page.glyphs().lost;
    return text + page.toned(rest + page.glyphs().ideal, Tone::Faint);
}

std::string flags(const Point& point) {
    if (point.disturbed > 0) return "!";
    if (point.oversubscribed) return "*";
    return point.smt_siblings ? "+" : " ";
}

void write_point(const Point& point, const std::string& controls, double scale, Page& page) {
    const Glyphs& glyphs = page.glyphs();
    // The baseline's own interval has no width.
    const bool has_interval = point.speedup_ci95 && point.speedup_ci95->first < point.speedup_ci95->second;
    const std::string interval = has_interval ? interval_text(*point.speedup_ci95, 2, glyphs) : "";
    page.line(pad_left(std::to_string(point.threads), 7) + flags(point) +
              pad_left(seconds_text(point.wall_s, glyphs), 8) + pad_left(fmt::format("{:.2f}x", point.speedup), 9) +
              pad_left(interval, 12) + pad_left(percent_text(point.efficiency), 8) + controls + "  " +
              plot(point, scale, page));
}

void write_flags(const std::vector<Point>& points, Page& page) {
    const auto any = [&](auto flag) {
        return std::any_of(points.begin(), points.end(), [&](const Point& p) { return p.*flag; });
    };
    if (any(&Point::disturbed)) page.line("      ! something else used the CPUs during some of these runs");
    if (any(&Point::oversubscribed)) page.line("      * more threads than CPUs");
    if (any(&Point::smt_siblings)) page.line("      + some threads share a physical core");
}

void write_fits(const RegionResult& region, Page& page) {
    const std::vector<std::string> sentences = fit_sentences(region, page.glyphs());
    for (const std::string& sentence : sentences) page.paragraph("        ", sentence);
    if (sentences.empty()) page.paragraph("        ", kNoFit, Tone::Faint);
}

}  // namespace

void write_curve(const Analysis& analysis, Page& page) {
    const std::vector<Point>& points = analysis.whole.points;
    const bool has_comparison = points.size() > 1 || (!points.empty() && !analysis.whole.controls.empty());
    if (!has_comparison) return;  // the verdict says what there is to say
    const Glyphs& glyphs = page.glyphs();
    page.heading("SPEED-UP",
                 fmt::format("{} measured   {} lost   {} ideal", glyphs.eighths[8], glyphs.lost, glyphs.ideal));
    const std::vector<ControlColumn> columns = control_columns(analysis.whole);
    std::string titles = "threads     time speed-up      95 % efficiency";
    for (const ControlColumn& column : columns) titles += pad_left(column.title, column.width);
    page.line(page.toned(titles, Tone::Faint));
    const double scale = scale_of(points, columns);
    for (const std::size_t i : thinned(points.size(), kMostRows))
        write_point(points[i], control_cells(analysis.whole, columns, points[i].threads), scale, page);
    if (points.size() > kMostRows) page.line(fmt::format("        ({} of {} thread counts)", kMostRows, points.size()));
    write_flags(points, page);
    if (const std::string sentence = control_sentence(analysis.whole); !sentence.empty())
        page.paragraph("        ", sentence);
    write_fits(analysis.whole, page);
}

}  // namespace ftscale::report
