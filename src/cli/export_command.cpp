// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/export_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <vector>

#include "analysis/profile.h"
#include "base/error.h"
#include "cli/output_file.h"
#include "cli/show_report.h"
#include "export/chrome_trace.h"
#include "export/csv.h"
#include "export/firefox.h"
#include "export/folded.h"
#include "export/pprof.h"
#include "export/selection.h"
#include "export/speedscope.h"
#include "export/title.h"
#include "recording/reader.h"

namespace ftscale::cli {
namespace {

using analysis::Profile;
using exports::Selection;
using exports::What;

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
    throw base::Error(message, hint, base::ExitCode::Usage);
}

/// What is said beside the file.
void note(const std::string& message) { fmt::print(stderr, "ftscale: {}\n", message); }

exports::WeightedStacks select(const Profile& profile, const Selection& selection) {
    exports::WeightedStacks stacks = exports::select_stacks(profile, selection);
    if (stacks.series.front().stacks.empty())
        note(fmt::format("nothing to show: no {} at {} threads", stacks.unit_name, stacks.threads));
    if (selection.what == What::Loss)
        note("only what grows with the threads is in the file: the format has no room for what shrinks");
    return stacks;
}

Write folded(const Profile& profile, const Selection& selection) {
    return [&profile, stacks = select(profile, selection)](std::ostream& out) {
        const std::string size = exports::write_folded(profile.tree, stacks, out);
        note(fmt::format("a count stands for {}{}", size, stacks.is_time ? "" : " " + stacks.unit_name));
    };
}

Write speedscope(const Profile& profile, const Selection& selection) {
    return [&profile, stacks = select(profile, selection)](std::ostream& out) {
        exports::write_speedscope(profile.tree, stacks, exports::title(profile.manifest, stacks.threads), out);
    };
}

Write pprof(const Profile& profile, const Selection& selection) {
    exports::select_stacks(profile, selection);  // refuses what write_pprof would
    return [&](std::ostream& out) { exports::write_pprof(profile, selection, out); };
}

/// Which of the repeats a timeline shows.
void note_run(const Profile& profile, const Selection& selection) {
    const analysis::RunProfile& run = exports::typical_run(profile, selection.threads);
    note(fmt::format("shows run {} at {} threads, of median wall time ({:.3f} s)", run.repeat + 1, run.threads,
                     run.wall_s));
}

Write chrome_trace(const Profile& profile, const Selection& selection) {
    note_run(profile, selection);
    return [&profile, threads = selection.threads](std::ostream& out) {
        const auto resolution_us = exports::write_chrome_trace(profile, threads, out);
        note(fmt::format("states shorter than {} us are part of what is next to them", resolution_us));
    };
}

Write firefox(const Profile& profile, const Selection& selection) {
    note_run(profile, selection);
    return
        [&profile, threads = selection.threads](std::ostream& out) { exports::write_firefox(profile, threads, out); };
}

enum class Shape { Stacks, Timeline, Ledger };

struct Format {
    const char* name;
    Shape shape;
    /// All that may be refused has been when it is done, and nothing is written before. Keeps references to both.
    Write (*prepare)(const Profile&, const Selection&);  // Shape::Ledger: none
    What what = What::Cpu;                               // if none is asked for
    bool is_binary = false;
};

constexpr std::array kFormats = {
    Format{"folded", Shape::Stacks, folded},
    Format{"speedscope", Shape::Stacks, speedscope},
    Format{"pprof", Shape::Stacks, pprof, What::All, true},
    Format{"firefox", Shape::Timeline, firefox},
    Format{"chrome-trace", Shape::Timeline, chrome_trace},
    Format{"csv", Shape::Ledger, nullptr},
};

std::vector<std::string> format_names() {
    std::vector<std::string> names;
    for (const Format& format : kFormats) names.emplace_back(format.name);
    return names;
}

const Format& find_format(const std::string& name) {
    return *std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& format) { return name == format.name; });
}

/// A choice that a format cannot follow must not pass unnoticed.
void check_choices(const Format& format, const ExportOptions& options) {
    if (format.shape == Shape::Stacks) return;
    const char* reason = format.shape == Shape::Timeline ? "shows all that the threads do" : "holds the whole ledger";
    for (const auto& [option, value] :
         {std::pair("--what", options.what), std::pair("--side", options.side), std::pair("--thread", options.thread)})
        if (!value.empty())
            refuse(fmt::format("{}: not with --format {}, which {}", option, format.name, reason),
                   "folded, speedscope and pprof can be asked for a part");
}

void set_what(const std::string& what, Selection& selection) {
    const std::string counter = "counter:";
    if (what.rfind(counter, 0) == 0 && what.size() > counter.size()) {
        selection.what = What::Counter;
        selection.counter = what.substr(counter.size());
        return;
    }
    const auto found = exports::find_what(what);
    if (!found) refuse(fmt::format("--what: '{}' is none", what), "cpu, wait, all, loss, refcount or counter:NAME");
    selection.what = *found;
}

Selection make_selection(const ExportOptions& options, const Format& format) {
    Selection selection;
    selection.threads = options.threads;
    selection.what = format.what;
    if (!options.what.empty()) set_what(options.what, selection);
    const bool has_waits = selection.what == What::Wait || (selection.what == What::All && format.prepare == pprof);
    if (!options.side.empty() && !has_waits) refuse("--side: only waits have a waiter and a holder", "add --what wait");
    if (options.side == "holder") selection.side = exports::Side::Holder;
    selection.thread = options.thread;
    return selection;
}

void export_ledger(const ExportOptions& options) {
    const analysis::Analysis analysis = load_analysis(options.recording, options.reading);
    exports::check_csv_threads(analysis, options.threads);
    write_output(options.output, [&](std::ostream& out) { exports::write_csv(analysis, options.threads, out); });
}

}  // namespace

CLI::App* add_export_command(CLI::App& app, ExportOptions& options) {
    CLI::App* command = app.add_subcommand("export", "Write a recording as a file for another viewer");
    command->add_option("RECORDING", options.recording, "A recording, or the .partial folder of an interrupted one")
        ->required();
    command->add_option("--format", options.format, fmt::format("{}", fmt::join(format_names(), ", ")))
        ->required()
        ->check(CLI::IsMember(format_names()));
    command->add_option("-o,--output", options.output, "Write to this file instead of standard output");
    command->add_option("-t,--threads", options.threads, "The runs at this thread count (default: the largest)")
        ->check(CLI::Range(1, 4096));
    command->add_option("--what", options.what,
                        "cpu, wait, all, loss, refcount or counter:NAME (default: cpu; pprof: all)");
    command->add_option("--side", options.side, "Waits at the stack of the waiter (default) or of the holder")
        ->check(CLI::IsMember({"waiter", "holder"}));
    command->add_option("--thread", options.thread, "Only the threads of this name");
    add_reading_options(*command, options.reading);
    return command;
}

base::ExitCode export_command(const ExportOptions& options) {
    const Format& format = find_format(options.format);
    check_choices(format, options);
    if (format.is_binary) refuse_terminal(options.output, fmt::format("--format {}", format.name));
    if (format.shape == Shape::Ledger) {
        export_ledger(options);
    } else {
        const Selection selection = make_selection(options, format);
        const Profile profile = load_profile(options.recording, options.reading);
        write_output(options.output, format.prepare(profile, selection));
    }
    return base::ExitCode::Ok;
}

}  // namespace ftscale::cli
