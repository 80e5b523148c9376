// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "analysis/findings/findings.h"
#include "analysis/places.h"
#include "analysis/serial.h"

namespace ftscale::analysis {
namespace {

using account::Category;

constexpr const char* kImportAdvice =
    "What is measured contains loading the modules, once in each run. Mark the part that counts with "
    "ftscale.region(...); else give it more work, or import less.";
constexpr const char* kSerialAdvice =
    "Make this part parallel, overlap it with the threads' work, or make it smaller: it bounds the speed-up at any "
    "thread count.";
constexpr const char* kUnevenAdvice =
    "The other threads have nothing to do: cut the work into smaller pieces that whoever is free takes. Where this "
    "part is nobody's share, make it parallel, or smaller.";

/// The first few, as far as they matter: "fit (model.py:8) 0.300 s, ...".
std::string times_text(const std::vector<PlaceTime>& rows) {
    constexpr std::size_t kMost = 3;
    constexpr double kWorthNaming = 0.1;
    double all = 0;
    for (const PlaceTime& row : rows) all += row.seconds;
    std::string text;
    for (std::size_t i = 0; i < rows.size() && i < kMost && rows[i].seconds > kWorthNaming * all; ++i)
        text += fmt::format("{}{} {:.3f} s", i == 0 ? "" : ", ", place_text(rows[i].place), rows[i].seconds);
    return text;
}

constexpr double kWorthTelling = 0.1;  // of the sections' time

/// The first few: "take (app.py:12) 0.300 s, work (app.py:20) in pooled 0.100 s".
std::string idle_text(const std::vector<IdleTime>& rows, double least_s) {
    constexpr std::size_t kMost = 3;
    std::string text;
    for (std::size_t i = 0; i < rows.size() && i < kMost && rows[i].seconds > least_s; ++i)
        text += fmt::format("{}{}{}{} {:.3f} s", i == 0 ? "" : ", ", place_text(rows[i].place),
                            rows[i].native.empty() ? "" : " in ", rows[i].native, rows[i].seconds);
    return text;
}

/// Why nobody else ran.
void tell_idle(const SerialTime& serial, double sections_s, Finding& finding) {
    const double least_s = kWorthTelling * sections_s;
    if (std::string waits = idle_text(serial.waiting, least_s); !waits.empty())
        finding.evidence.push_back("meanwhile waiting " + waits);
    if (serial.through_s > least_s)
        finding.evidence.push_back(fmt::format("for {:.3f} s the other threads had no more to do", serial.through_s));
}

const char* advice_for(const SerialTime& serial, double sections_s) {
    return serial.through_s > 0.5 * sections_s ? kUnevenAdvice : kSerialAdvice;
}

/// Growth, like all losses. Weak scaling nets what runs alone at each thread count by function (function_rows), imports
/// like all else.
double import_cores(const Evidence& evidence) {
    if (evidence.run.ideal != 1) return 0;
    return evidence.cores(evidence.run.serial.imports_s - evidence.baseline.serial.imports_s);
}

Finding make_finding(const char* rule, double lost_cores, std::string title, const Evidence& evidence) {
    Finding finding;
    finding.rule = rule;
    finding.lost_cores = lost_cores;
    finding.uncertainty_cores = uncertainty_cores(evidence, Category::Serial);
    finding.title = std::move(title);
    finding.evidence.push_back(ledger_text(evidence, Category::Serial));
    return finding;
}

void add_imports(const Evidence& evidence, std::vector<Finding>& findings) {
    const SerialTime& serial = evidence.run.serial;
    const double lost_cores = import_cores(evidence);
    if (serial.import_statements.empty() || !is_visible(evidence, Category::Serial, lost_cores)) return;
    Finding finding =
        make_finding("imports", lost_cores,
                     fmt::format("imports run alone while {:.2f} cores have nothing to do, most of them in {}",
                                 lost_cores, place_text(serial.import_statements.front().place)),
                     evidence);
    finding.evidence.push_back(
        fmt::format("of it in import statements {:.3f} s: {}", serial.imports_s, times_text(serial.import_statements)));
    finding.advice = kImportAdvice;
    findings.push_back(std::move(finding));
}

void add_sections(const Evidence& evidence, std::vector<Finding>& findings) {
    const SerialTime& serial = evidence.run.serial;
    const double lost_cores = evidence.lost_cores(Category::Serial) - import_cores(evidence);
    if (serial.functions.empty() || !is_visible(evidence, Category::Serial, lost_cores)) return;
    const double sections_s = evidence.run.ledger[Category::Serial] - serial.imports_s;
    Finding finding = make_finding("serial", lost_cores,
                                   fmt::format("{} runs alone while {:.2f} cores have nothing to do",
                                               place_text(serial.functions.front().place), lost_cores),
                                   evidence);
    if (std::string times = times_text(serial.functions); !times.empty()) finding.evidence.push_back(std::move(times));
    if (serial.path.size() > 1) finding.evidence.push_back("reached by " + path_text(serial.path));
    tell_idle(serial, sections_s, finding);
    finding.advice = advice_for(serial, sections_s);
    findings.push_back(std::move(finding));
}

}  // namespace

std::vector<Finding> serial_findings(const Evidence& evidence) {
    std::vector<Finding> findings;
    add_imports(evidence, findings);
    add_sections(evidence, findings);
    return findings;
}

}  // namespace ftscale::analysis
