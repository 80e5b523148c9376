// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/diagnosis.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "report/page.h"
#include "report/text_width.h"

namespace ftscale::cli {
namespace {

using launch::Check;
using launch::CheckSection;
using launch::Ladder;
using nlohmann::ordered_json;
using report::Page;
using report::Tone;

constexpr int kStatusColumns = 7;  // "limited"

int widest_subject(const Diagnosis& diagnosis) {
    int columns = 0;
    for (const CheckSection& section : diagnosis.sections)
        for (const Check& check : section.checks) columns = std::max(columns, report::display_width(check.subject));
    for (const Ladder& ladder : diagnosis.ladders) columns = std::max(columns, report::display_width(ladder.name));
    return columns;
}

Tone tone_of(launch::Status status) {
    switch (status) {
        case launch::Status::Ok:
            return Tone::Plain;
        case launch::Status::Limited:
            return Tone::Caution;
        case launch::Status::Missing:
            break;
    }
    return Tone::Bad;
}

/// As Page::paragraph(), but no word is broken: paths are there to be copied.
void write_unbroken(std::string lead, const std::string& text, Tone tone, Page& page) {
    const auto indent = static_cast<std::size_t>(report::display_width(lead));
    const std::size_t room = static_cast<std::size_t>(report::kColumns) - indent;
    std::string line;
    const auto flush = [&] {
        page.line(lead + page.toned(line, tone));
        lead.assign(indent, ' ');
        line.clear();
    };
    std::istringstream words(report::printable(text));
    for (std::string word; words >> word;) {
        if (!line.empty() && static_cast<std::size_t>(report::display_width(line + ' ' + word)) > room) flush();
        line += (line.empty() ? "" : " ") + word;
    }
    flush();
}

void write_check(const Check& check, int subject_columns, Page& page) {
    const std::string status = report::pad_right(launch::status_name(check.status), kStatusColumns);
    write_unbroken(fmt::format("  {}  {}  ", status, report::pad_right(check.subject, subject_columns)), check.meaning,
                   tone_of(check.status), page);
    if (check.command.empty()) return;
    page.line(fmt::format("           {} {}", page.glyphs().advice, report::printable(check.command)));
}

std::string rung_text(const Ladder& ladder) {
    if (!ladder.used) return "not measured: " + ladder.without;
    std::string text = ladder.rungs[*ladder.used];
    std::string better;
    for (std::size_t i = 0; i < *ladder.used; ++i) better += (better.empty() ? "" : ", ") + ladder.rungs[i];
    return better.empty() ? text : fmt::format("{} ({} would be better)", text, better);
}

void write_verdict(const Diagnosis& diagnosis, int subject_columns, Page& page) {
    page.heading("VERDICT");
    if (!diagnosis.is_possible)
        return write_unbroken("  ", "No profile is possible: " + diagnosis.obstacle, Tone::Bad, page);
    page.paragraph("  ", "A profile is possible. It will be made with:", Tone::Good);
    for (const Ladder& ladder : diagnosis.ladders)
        page.paragraph(fmt::format("  {}  ", report::pad_right(ladder.name, subject_columns)), rung_text(ladder));
}

ordered_json to_json(const Check& check) {
    return {{"subject", check.subject},
            {"status", launch::status_name(check.status)},
            {"meaning", check.meaning},
            {"command", check.command.empty() ? ordered_json() : ordered_json(check.command)}};
}

ordered_json to_json(const CheckSection& section) {
    ordered_json checks = ordered_json::array();
    for (const Check& check : section.checks) checks.push_back(to_json(check));
    return {{"title", section.title}, {"checks", std::move(checks)}};
}

/// "run queue" -> "run_queue"
std::string key_of(std::string name) {
    std::replace(name.begin(), name.end(), ' ', '_');
    return name;
}

ordered_json to_json(const std::vector<Ladder>& ladders) {
    ordered_json object = ordered_json::object();
    for (const Ladder& ladder : ladders)
        object[key_of(ladder.name)] = ladder.used ? ordered_json(ladder.rungs[*ladder.used]) : ordered_json();
    return object;
}

ordered_json to_json(const std::optional<recording::Interpreter>& interpreter) {
    if (!interpreter) return {};
    return {{"path", interpreter->path}, {"version", interpreter->version}, {"build", interpreter->build}};
}

ordered_json to_json(const recording::Machine& machine) {
    return {{"cpus", machine.cpus},
            {"physical_cores", machine.physical_cores},
            {"model", machine.model},
            {"kernel", machine.kernel}};
}

}  // namespace

void write_diagnosis(const Diagnosis& diagnosis, std::ostream& out, const report::TextOptions& options) {
    Page page(out, options);
    const recording::Machine& machine = diagnosis.machine;
    page.line(fmt::format("{} {} {} CPUs {} Linux {}", machine.model.empty() ? "unknown processor" : machine.model,
                          page.glyphs().separator, machine.cpus, page.glyphs().separator, machine.kernel));
    const int columns = widest_subject(diagnosis);
    for (const CheckSection& section : diagnosis.sections) {
        page.heading(section.title);
        for (const Check& check : section.checks) write_check(check, columns, page);
    }
    write_verdict(diagnosis, columns, page);
}

void write_diagnosis_json(const Diagnosis& diagnosis, std::ostream& out) {
    ordered_json sections = ordered_json::array();
    for (const CheckSection& section : diagnosis.sections) sections.push_back(to_json(section));
    const ordered_json document = {
        {"schema", "ftscale.doctor/1"},
        {"tool_version", FTSCALE_VERSION},
        {"possible", diagnosis.is_possible},
        {"obstacle", diagnosis.is_possible ? ordered_json() : ordered_json(diagnosis.obstacle)},
        {"used", to_json(diagnosis.ladders)},
        {"machine", to_json(diagnosis.machine)},
        {"interpreter", to_json(diagnosis.interpreter)},
        {"sections", std::move(sections)},
    };
    // Names come from outside and may hold anything; a report must not fail over them.
    out << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace ftscale::cli
