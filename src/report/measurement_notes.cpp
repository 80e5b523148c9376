// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "analysis/counter_roles.h"
#include "report/category_notes.h"
#include "report/quantities.h"
#include "report/sections.h"

namespace ftscale::report {
namespace {

using account::Category;
using analysis::Measurement;

constexpr const char* kIndent = "             ";

void write_note(std::string label, const std::string& text, Page& page) {
    label.resize(std::string_view(kIndent).size() - 2, ' ');
    page.paragraph("  " + label, text);
}

/// The categories with a figure anywhere, by where it comes from.
std::string categories_from(Source source, const Analysis& analysis) {
    std::string names;
    for (const Category category : account::kAllCategories) {
        const Source here = note_on(category).source;
        if (here != source && !(source == Source::Sampled && here == Source::Decoded)) continue;
        const auto& runs = analysis.whole.runs;
        if (std::none_of(runs.begin(), runs.end(), [&](const RunResult& run) { return run.ledger[category] > 0; }))
            continue;
        names += (names.empty() ? "" : ", ") + std::string(account::category_name(category));
    }
    return names;
}

void write_source(const char* label, Source source, const char* how, const Analysis& analysis, Page& page) {
    if (const std::string names = categories_from(source, analysis); !names.empty())
        write_note(label, names + ": " + how, page);
}

/// Counting samples is a Poisson process: s seconds at f samples a second, over r runs, are known to 1.96 sqrt(s / (f
/// r)) with 95 % confidence. "known to ±11.3 ms"; empty without samples.
std::string known_to(double seconds, const Analysis& analysis, const Glyphs& glyphs) {
    const double frequency = analysis.measurement.frequency_hz;
    std::size_t repeats = 0;
    for (const analysis::Point& point : analysis.whole.points) repeats = std::max(repeats, point.repeats_s.size());
    if (frequency <= 0 || repeats == 0) return {};
    const double error = 1.96 * std::sqrt(seconds / (frequency * static_cast<double>(repeats)));
    return fmt::format("known to {}{}", glyphs.plus_minus, seconds_text(error, glyphs));
}

std::string sampler_text(const Analysis& analysis, const Glyphs& glyphs) {
    const Measurement& measurement = analysis.measurement;
    if (measurement.samples == 0) return "no samples: work is not split by function";
    std::string text = fmt::format("{} at {:.0f} Hz of CPU time per thread, {} samples", measurement.sampler,
                                   measurement.frequency_hz, count_text(measurement.samples));
    constexpr double kExample = 0.1;
    if (const std::string known = known_to(kExample, analysis, glyphs); !known.empty())
        text += fmt::format("; a function's {} is {}", seconds_text(kExample, glyphs), known);
    return text;
}

/// Events that show contention itself, as findings quote them.
std::string contention_events(const Measurement& measurement) {
    std::string names;
    for (const std::string_view role :
         {analysis::role::kLineTransfers, analysis::role::kExclusiveFailures, analysis::role::kMemoryOrderClears,
          analysis::role::kRemoteAccesses, analysis::role::kLockedLoads})
        for (const analysis::CounterFacts& counter : measurement.counters)
            if (counter.role == role) names += (names.empty() ? "" : ", ") + counter.name;
    return names;
}

/// How sure the reference counts are. What a sample was busy with is inferred, unlike the stack it stands in.
std::string refcount_text(const Analysis& analysis, const RunResult& run, const Glyphs& glyphs) {
    std::string text =
        "inferred: the instruction before the sampled one, decoded, and the registers lead to the header of an object "
        "that threads share";
    if (has_losses(analysis)) text += "; what is lost is the growth over " + threads_text(analysis.baseline_threads);
    const double seconds = run.ledger[Category::Refcount];
    if (const std::string known = known_to(seconds, analysis, glyphs); !known.empty())
        text += fmt::format("; {} at {} is {}", seconds_text(seconds, glyphs), threads_text(run.threads), known);
    double objects = 0;
    for (const analysis::Object& object : run.objects) objects += object.count;
    const auto whole = static_cast<std::uint64_t>(std::llround(objects));
    text += fmt::format("; {} object{} seen", count_text(whole), whole == 1 ? "" : "s");
    if (const std::string events = contention_events(analysis.measurement); !events.empty())
        text += "; beside it, in the findings: " + events;
    return text;
}

void write_refcount(const Analysis& analysis, Page& page) {
    constexpr double kWorthANote = 0.02;  // cores
    const RunResult* run = explained_run(analysis);
    if (run != nullptr && run->threads * run->ledger[Category::Refcount] > kWorthANote * run->capacity_s)
        write_note("refcount", refcount_text(analysis, *run, page.glyphs()), page);
}

std::string dropped_text(const Measurement& measurement) {
    std::string text;
    for (const auto& [reason, count] : measurement.dropped)
        text += (text.empty() ? "" : ", ") + fmt::format("{} ({})", count_text(count), reason);
    if (text.empty()) text = "nothing";
    if (measurement.truncated_stacks > 0)
        text += fmt::format("; {} stacks incomplete at their outer end", count_text(measurement.truncated_stacks));
    return text;
}

using analysis::ThinningStep;

/// When the run that left out most began to.
template <typename Every>
double first_step_s(const std::vector<ThinningStep>& steps, const ThinningStep& run, Every every) {
    for (const ThinningStep& step : steps)
        if (step.threads == run.threads && step.repeat == run.repeat && every(step) > 1) return step.from_s;
    return 0;
}

std::string mebibytes_text(std::uint64_t bytes) {
    const double mebibytes = static_cast<double>(bytes) / (1 << 20);
    return fmt::format("{:.{}f} MiB", mebibytes, mebibytes < 10 ? 1 : 0);
}

/// Of the run that left out most.
std::string thinning_text(const std::vector<ThinningStep>& steps) {
    const auto left_out = [](const ThinningStep& step) { return std::uint64_t{step.samples_every} * step.waits_every; };
    const ThinningStep& most =
        *std::max_element(steps.begin(), steps.end(),
                          [&](const ThinningStep& a, const ThinningStep& b) { return left_out(a) < left_out(b); });
    std::string text;
    if (most.samples_every > 1)
        text += fmt::format("1 of {} samples kept in the end (all until second {:.1f})", most.samples_every,
                            first_step_s(steps, most, [](const ThinningStep& step) { return step.samples_every; }));
    if (most.waits_every > 1)
        text += fmt::format("{}waits recorded 1/{} of the time in the end (all until second {:.1f}), and scaled",
                            text.empty() ? "" : "; ", most.waits_every,
                            first_step_s(steps, most, [](const ThinningStep& step) { return step.waits_every; }));
    return fmt::format("to stay below {} at {} (--max-size): {}", mebibytes_text(most.limit_bytes),
                       threads_text(most.threads), text);
}

/// " (0.99–1.03)"; empty where there is none.
std::string ratio_interval(const std::optional<analysis::Interval>& interval, const Glyphs& glyphs) {
    return interval ? fmt::format(" ({})", interval_text(*interval, 2, glyphs)) : std::string();
}

/// " by -0.5 % (-3.1 to 2.0 %)"
std::string change_text(const analysis::CalibrationPoint& point) {
    std::string text = fmt::format(" by {:+.1f} %", 100 * *point.speedup_change);
    if (const auto& ends = point.speedup_change_ci95)
        text += fmt::format(" ({:+.1f} to {:+.1f} %)", 100 * ends->first, 100 * ends->second);
    return text;
}

std::string calibration_text(const analysis::Calibration& calibration, const Glyphs& glyphs) {
    std::string text = fmt::format("a run takes {:.2f}x{} the time of its twin without the probe, over {} pair{}",
                                   calibration.time_ratio, ratio_interval(calibration.time_ratio_ci95, glyphs),
                                   calibration.pairs, calibration.pairs == 1 ? "" : "s");
    const analysis::CalibrationPoint& largest = calibration.points.back();
    if (largest.speedup_change)
        text += fmt::format("; profiling changes the speed-up at {}{}", threads_text(largest.threads),
                            change_text(largest));
    return text;
}

/// How surely an event was counted: in whole percent of the time, and whether in the kernel, too.
using Cover = std::pair<long, bool>;

const char* where_text(bool user_only) { return user_only ? "outside the kernel (user)" : "everywhere"; }

/// "outside the kernel (user), estimated by counting 52 % of the time: "; empty where nothing was left out.
std::string cover_text(const Cover& cover) {
    const auto [percent, user_only] = cover;
    if (percent == 100) return user_only ? std::string(where_text(user_only)) + ": " : std::string();
    return fmt::format("{}, estimated by counting {} % of the time: ", where_text(user_only), percent);
}

/// By how surely, the most surely first.
std::map<Cover, std::string, std::greater<>> counters_by_cover(const Measurement& measurement) {
    std::map<Cover, std::string, std::greater<>> names;
    for (const analysis::CounterFacts& counter : measurement.counters) {
        const long percent = counter.running_share >= 1 ? 100 : std::min(99L, std::lround(100 * counter.running_share));
        std::string& text = names[{percent, counter.user_only}];
        text += (text.empty() ? "" : ", ") + counter.name;
    }
    return names;
}

void write_counted(const Measurement& measurement, Page& page) {
    for (const auto& [cover, names] : counters_by_cover(measurement))
        write_note("counted", cover_text(cover) + names, page);
    if (measurement.counters.empty() && measurement.missing_counters.empty())
        write_note("counted", "nothing: no counters were asked for", page);
    for (const std::string& text : missing_counter_texts(measurement)) write_note("missing", text, page);
}

void write_warnings(const Analysis& analysis, Page& page) {
    // What was dropped and what was not counted have lines of their own.
    for (const analysis::Warning& warning : complete_warnings(analysis))
        if (!belongs_to_verdict(warning) && warning.code != "dropped" && warning.code != "not_measured")
            page.paragraph(page.glyphs().attention + std::string(" "), warning.message);
}

}  // namespace

void write_measurement(const Analysis& analysis, Page& page) {
    const Measurement& measurement = analysis.measurement;
    page.heading("MEASUREMENT", "where the figures come from");
    write_note("samples", sampler_text(analysis, page.glyphs()), page);
    write_source("sampled", Source::Sampled, "from the stacks of the samples", analysis, page);
    write_refcount(analysis, page);
    write_source("exact", Source::Exact, "each interval timed, from begin to end", analysis, page);
    const char* const account = measurement.run_delay_of_switches
                                    ? "the kernel's records of each switch of the thread"
                                    : "the kernel's own account of the thread (schedstat)";
    write_source("scheduler", Source::Scheduler, account, analysis, page);
    write_source("derived", Source::Derived, "from what all threads did at the same time", analysis, page);
    write_source("remainder", Source::Remainder, "what nothing else accounts for", analysis, page);
    write_counted(measurement, page);
    if (!measurement.thinning.empty()) write_note("thinned", thinning_text(measurement.thinning), page);
    write_note("dropped", dropped_text(measurement), page);
    if (measurement.probe_cost_share)
        write_note("probe",
                   percent_text(*measurement.probe_cost_share, 1) + " of the threads' CPU time went into recording",
                   page);
    if (measurement.calibration)
        write_note("calibrated", calibration_text(*measurement.calibration, page.glyphs()), page);
    write_warnings(analysis, page);
}

}  // namespace ftscale::report
