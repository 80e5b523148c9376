// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string_view>

#include <algorithm>

#include "report/quantities.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

constexpr std::size_t kMostFindings = 5;
constexpr int kSizeColumns = 6;

Tone tone_of(const analysis::Finding& finding) {
    if (finding.severity == "high") return Tone::Bad;
    return finding.severity == "medium" ? Tone::Caution : Tone::Strong;
}

/// Evidence is worded without knowing the page: the one sign in it that is not ASCII is ±.
std::string in_glyphs(std::string text, const Glyphs& glyphs) {
    constexpr std::string_view kPlusMinus = "±";
    for (std::size_t at = text.find(kPlusMinus); at != std::string::npos; at = text.find(kPlusMinus, at + 1))
        text.replace(at, kPlusMinus.size(), glyphs.plus_minus);
    return text;
}

void write_finding(const analysis::Finding& finding, const analysis::Point& point, Page& page) {
    // The lead holds the size; it must be padded before it is coloured.
    const std::string size = pad_left(cores_text(finding.lost_cores), kSizeColumns);
    std::string lead = page.toned(size, tone_of(finding)) + "  ";
    for (const std::string& line : wrap(finding.title, kColumns - kSizeColumns - 2)) {
        page.line(lead + page.toned(line, Tone::Strong));
        lead = std::string(kSizeColumns + 2, ' ');
    }
    for (const std::string& evidence : finding.evidence)
        page.paragraph(lead, in_glyphs(evidence, page.glyphs()), Tone::Faint);
    if (const std::string gain = gain_text(finding, point); !gain.empty()) page.paragraph(lead, gain, Tone::Faint);
    page.paragraph(lead + page.glyphs().advice + " ", finding.advice);
}

}  // namespace

const char* no_findings_sentence(const analysis::Point& point) {
    return point.efficiency >= 0.9 ? "Nothing that would be worth your time."
                                   : "No cause stands out: see the ledger below.";
}

void write_findings(const Analysis& analysis, Page& page) {
    if (analysis.whole.points.size() < 2) return;
    // Findings are made for the largest thread count, whichever is explained below.
    const int threads = analysis.whole.points.back().threads;
    page.heading("WHAT TO LOOK AT", fmt::format("lost cores of {}", threads));
    if (analysis.findings.empty())
        page.line("        " + std::string(no_findings_sentence(analysis.whole.points.back())));
    for (std::size_t i = 0; i < analysis.findings.size() && i < kMostFindings; ++i)
        write_finding(analysis.findings[i], analysis.whole.points.back(), page);
}

}  // namespace ftscale::report
