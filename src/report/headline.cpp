// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/quantities.h"
#include "report/sections.h"
#include "report/text_width.h"

namespace ftscale::report {
namespace {

std::string interpreter_text(const recording::Interpreter& interpreter) {
    if (interpreter.version.empty()) return "unknown interpreter";
    return fmt::format("CPython {}{}, GIL {}", interpreter.version, interpreter.free_threaded ? "t" : "",
                       interpreter.gil_enabled ? "on" : "off");
}

std::string cores_and_cpus(const recording::Machine& machine) {
    if (machine.cpus <= 0) return "unknown machine";
    const int cores = machine.physical_cores > 0 ? machine.physical_cores : machine.cpus;
    const std::string text = fmt::format("{} core{}", cores, cores == 1 ? "" : "s");
    return machine.cpus == cores ? text : text + fmt::format(" ({} CPUs)", machine.cpus);
}

std::string sweep_text(const Analysis& analysis) {
    const recording::Sweep& sweep = analysis.manifest.sweep;
    std::string text = sweep.repeats == 1 ? "1 run" : fmt::format("{} runs", sweep.repeats);
    if (sweep.threads.size() > 1) text += " each";
    const auto kept = thinned(sweep.threads.size(), 8);
    std::vector<int> counts;
    for (const std::size_t i : kept) counts.push_back(sweep.threads[i]);
    const bool are_all = kept.size() == sweep.threads.size();
    text += " at " +
            (are_all ? counts_text(counts)
                     : fmt::format("{} counts from {} to {}", sweep.threads.size(), counts.front(), counts.back()));
    text += sweep.threads.size() == 1 && sweep.threads.front() == 1 ? " thread" : " threads";
    return sweep.scaling == recording::Scaling::Weak ? text + ", weak scaling" : text;
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string what_was_measured(const Analysis& analysis) {
    if (!analysis.whole.name.empty()) return "region " + analysis.whole.name;
    if (analysis.regions.empty()) return {};
    std::string names;
    for (const auto& region : analysis.regions) names += (names.empty() ? "" : ", ") + region.name;
    return fmt::format("marked region{}: {}", analysis.regions.size() == 1 ? "" : "s", names);
}

}  // namespace

void write_headline(const Analysis& analysis, Page& page) {
    const recording::Manifest& manifest = analysis.manifest;
    const std::string interpreter = page.glyphs().separator + interpreter_text(manifest.interpreter);
    const int room = std::max(20, kColumns - display_width(interpreter));
    page.line(page.toned(page.elided(join(manifest.argv), room), Tone::Strong) + interpreter);

    const char* separator = page.glyphs().separator;
    const std::string sweep = (manifest.machine.model.empty() ? "" : separator) + cores_and_cpus(manifest.machine) +
                              separator + sweep_text(analysis);
    page.line(page.toned(page.elided(manifest.machine.model, kColumns - display_width(sweep)) + sweep, Tone::Faint));
    if (const std::string measured = what_was_measured(analysis); !measured.empty())
        page.line(page.elided(measured, kColumns));
}

}  // namespace ftscale::report
