// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/show_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

#include "analysis/analyze.h"
#include "analysis/findings/findings.h"
#include "base/error.h"
#include "recording/reader.h"
#include "symbols/symbols.h"

namespace ftscale::cli {

namespace {

/// Throws base::Error (usage) where no thread marked a region of that name.
void check_region(const recording::Recording& recording, const std::string& name) {
    std::set<std::string> names;
    for (const recording::RunTrace& run : recording.runs)
        for (const recording::Process& process : run.processes)
            for (const recording::Thread& thread : process.threads)
                for (const recording::RegionMark& mark : thread.regions) names.insert(mark.name);
    if (names.contains(name)) return;
    throw base::Error(fmt::format("--region: the recording has no region '{}'", name),
                      names.empty() ? "the script marked none" : fmt::format("it has: {}", fmt::join(names, ", ")),
                      base::ExitCode::Usage);
}

recording::Recording load(const std::string& path, const ReadingOptions& options) {
    recording::Recording recording = recording::load(path);
    if (!options.region.empty()) check_region(recording, options.region);
    return recording;
}

/// The named region takes the place of the whole.
void keep_region(analysis::Analysis& analysis, const std::string& name) {
    const auto found = std::find_if(analysis.regions.begin(), analysis.regions.end(),
                                    [&](const analysis::RegionResult& region) { return region.name == name; });
    if (found == analysis.regions.end())
        throw base::Error(fmt::format("--region: no run that counts has the region '{}'", name),
                          "a region that only warm-ups or failed runs marked has no figures", base::ExitCode::Usage);
    analysis::RegionResult region = std::move(*found);
    analysis.whole = std::move(region);
    analysis.regions.clear();
    analysis.findings = analysis::find_causes(analysis.whole, analysis.manifest, analysis.measurement);
}

analysis::Analysis analyze(const recording::Recording& loaded, const symbols::Symbols& symbols,
                           const ReadingOptions& options, bool fastest = false) {
    analysis::Options how = options.part();
    how.fastest = fastest;
    analysis::Analysis analysis = analysis::analyze(loaded, symbols, how);
    if (!options.region.empty()) keep_region(analysis, options.region);
    return analysis;
}

}  // namespace

analysis::Analysis load_analysis(const std::string& recording, const ReadingOptions& options) {
    const recording::Recording loaded = load(recording, options);
    const symbols::Symbols symbols(loaded, options.files());
    return analyze(loaded, symbols, options);
}

AnalysisWithFastest load_with_fastest(const std::string& recording, const ReadingOptions& options) {
    const recording::Recording loaded = load(recording, options);
    const symbols::Symbols symbols(loaded, options.files());
    return {analyze(loaded, symbols, options), analyze(loaded, symbols, options, true)};
}

analysis::Profile load_profile(const std::string& recording, const ReadingOptions& options) {
    const recording::Recording loaded = load(recording, options);
    const symbols::Symbols symbols(loaded, options.files());
    return analysis::make_profile(loaded, symbols, options.part());
}

AnalysisAndProfile load_both(const std::string& recording, const ReadingOptions& options) {
    const recording::Recording loaded = load(recording, options);
    const symbols::Symbols symbols(loaded, options.files());
    return {analyze(loaded, symbols, options), analysis::make_profile(loaded, symbols, options.part())};
}

namespace {

/// Whether the locale's character set is UTF-8, by the variables' order of precedence.
bool locale_has_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        const std::string locale = value;
        return locale.find("UTF-8") != std::string::npos || locale.find("utf8") != std::string::npos;
    }
    return false;
}

/// no-color.org: any value but the empty one.
bool wants_no_colour() {
    const char* value = std::getenv("NO_COLOR");
    return value != nullptr && *value != '\0';
}

}  // namespace

report::TextOptions text_options(bool is_terminal) {
    report::TextOptions options;
    options.colour = is_terminal && !wants_no_colour();
    // A file or a pipe is read by who knows what, later; a terminal shows what its locale says.
    options.ascii = is_terminal && !locale_has_utf8();
    return options;
}

void show_report(const std::string& recording, const ReadingOptions& options) {
    report::write_text(load_analysis(recording, options), std::cout, text_options(isatty(STDOUT_FILENO) != 0));
    std::cout.flush();  // before whatever goes to standard error after it
}

}  // namespace ftscale::cli
