// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "fuzz/sweep.h"

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/analyze.h"
#include "analysis/profile.h"
#include "base/error.h"
#include "compare/check.h"
#include "compare/difference.h"
#include "export/chrome_trace.h"
#include "export/csv.h"
#include "export/firefox.h"
#include "export/folded.h"
#include "export/pprof.h"
#include "export/selection.h"
#include "export/speedscope.h"
#include "fuzz/target.h"
#include "html/page.h"
#include "recording/reader.h"
#include "report/check_report.h"
#include "report/comparison.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/text.h"
#include "symbols/symbols.h"

namespace ftscale::fuzz {
namespace {

using analysis::Analysis;
using analysis::Profile;

/// Refusing is an answer.
void attempt(const std::function<void()>& work) {
    try {
        work();
    } catch (const base::Error&) {
    }
}

std::string written(const std::function<void(std::ostream&)>& write) {
    std::ostringstream out;
    attempt([&] { write(out); });
    return std::move(out).str();
}

void require_json(const std::string& text, const char* what) {
    if (!text.empty()) require(nlohmann::json::accept(text), what);
}

void check_ledgers(const analysis::RegionResult& region) {
    for (const analysis::RunResult& run : region.runs) {
        const double sum = run.ledger.total();
        require(std::isfinite(sum), "a ledger is finite");
        require(std::abs(sum - run.capacity_s) <= 1e-6 * std::max(1e-3, run.capacity_s),
                "a ledger sums to its capacity");
        require(std::abs(run.loss.total() - run.loss_s) <= 1e-6 * std::max(1e-3, run.capacity_s),
                "losses sum to the gap");
        for (const account::Category category : account::kAllCategories)
            require(run.ledger[category] >= -1e-9 * run.capacity_s, "no part of a ledger is negative");
    }
}

/// What a recording is made into.
struct Result {
    const recording::Recording& recording;
    const symbols::Symbols& symbols;
    const Analysis& analysis;

    Profile profile() const { return analysis::make_profile(recording, symbols); }
};

void write_json(const Result& result) {
    require_json(written([&](std::ostream& out) { report::write_json(result.analysis, out); }), "the report is JSON");
}

void write_texts(const Result& result) {
    written([&](std::ostream& out) { report::write_text(result.analysis, out, {.colour = true}); });
    written([&](std::ostream& out) { report::write_markdown(result.analysis, out); });
    written([&](std::ostream& out) { exports::write_csv(result.analysis, 0, out); });
}

void write_stacks(const Result& result) {
    using exports::Side;
    using exports::What;
    const Profile profile = result.profile();
    for (const What what : {What::Cpu, What::Wait, What::All, What::Loss, What::Refcount})
        for (const Side side : {Side::Waiter, Side::Holder})
            attempt([&] {
                const exports::Selection selection{.what = what, .counter = {}, .side = side, .thread = {}};
                const auto stacks = exports::select_stacks(profile, selection);
                written([&](std::ostream& out) { exports::write_folded(profile.tree, stacks, out); });
                written([&](std::ostream& out) { exports::write_pprof(profile, selection, out); });
                require_json(
                    written([&](std::ostream& out) { exports::write_speedscope(profile.tree, stacks, "x", out); }),
                    "speedscope's file is JSON");
            });
}

void write_timelines(const Result& result) {
    const Profile profile = result.profile();
    require_json(written([&](std::ostream& out) { exports::write_chrome_trace(profile, 2, out); }),
                 "Chrome's trace is JSON");
    require_json(written([&](std::ostream& out) { exports::write_firefox(profile, 2, out); }),
                 "Firefox's file is JSON");
}

void write_page(const Result& result) {
    written([&](std::ostream& out) { html::write_page(result.analysis, result.profile(), out); });
}

void write_flames(const Result& result) {
    const Profile profile = result.profile();
    written([&](std::ostream& out) { html::write_flame_page(profile, html::make_flames(profile), out); });
}

void compare_with_itself(const Result& result) {
    const compare::Figures figures = compare::make_figures(result.analysis, result.analysis);
    const compare::Figures again = compare::parse_figures(compare::to_json(figures));
    const compare::CheckResult check = compare::check(again, &again, {});
    require(check.verdict != compare::Verdict::Fail, "what is compared with itself is no worse");
    require_json(written([&](std::ostream& out) { report::write_check_json(check, out); }), "a check is JSON");
    const compare::Difference difference = compare::find_difference(again, again);
    require_json(written([&](std::ostream& out) {
                     report::write_comparison_json({"a", "b", again, again}, difference, out);
                 }),
                 "a comparison is JSON");
}

constexpr void (*kUses[])(const Result&) = {write_json, write_texts,  write_stacks,       write_timelines,
                                            write_page, write_flames, compare_with_itself};

}  // namespace

recording::Manifest small_sweep() {
    recording::Manifest manifest;
    manifest.tool_version = "0.1.0";
    manifest.argv = {"script.py"};
    manifest.sweep.threads = {1, 2};
    manifest.sweep.repeats = 2;
    manifest.machine.cpus = manifest.machine.physical_cores = 2;
    for (int id = 0; id < 4; ++id) {
        recording::Run run;
        run.id = id;
        run.threads = 1 + id % 2;
        run.repeat = id / 2;
        run.started_ns = 1'000'000'000;
        run.ended_ns = 9'000'000'000;
        manifest.runs.push_back(run);
    }
    return manifest;
}

recording::Recording load_streams(const recording::Manifest& manifest,
                                  const std::map<unsigned, std::vector<std::byte>>& streams) {
    recording::Recording recording;
    recording.manifest = manifest;
    recording::Loader loader(recording);
    for (const auto& [run, bytes] : streams) {
        recording::MemorySource source(bytes);
        loader.add_stream({static_cast<int>(run), 40 + run, 1, "a stream", source});
    }
    loader.finish();
    return recording;
}

void use(const recording::Recording& recording, std::size_t which) {
    const symbols::Symbols symbols(recording, symbols::Files::LeaveAlone);
    const bool whole = which / std::size(kUses) % 4 == 0;
    const Analysis analysis = analysis::analyze(recording, symbols, {.whole = whole});
    check_ledgers(analysis.whole);
    for (const analysis::RegionResult& region : analysis.regions) check_ledgers(region);
    kUses[which % std::size(kUses)]({recording, symbols, analysis});
}

}  // namespace ftscale::fuzz
