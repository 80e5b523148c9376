// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "report/quantities.h"
#include "report/sections.h"

namespace ftscale::report {
namespace {

using account::Category;
using analysis::Point;

constexpr double kNearlyAll = 0.95;      // efficiency from which a curve is as good as ideal
constexpr double kFasterVisibly = 1.03;  // a smaller thread count must beat the largest by this to be named

/// Categories a reader thinks of as one cause.
struct Cause {
    std::vector<Category> categories;
    const char* name;
};

const std::vector<Cause>& causes() {
    static const std::vector<Cause> kCauses = {
        {{Category::LockWait, Category::Spin}, "locks"},
        {{Category::Serial}, "sections that run alone"},
        {{Category::Starved}, "waiting for work"},
        {{Category::Work}, "the same work taking more CPU time"},
        {{Category::Refcount}, "reference counts of shared objects"},
        {{Category::StopTheWorld, Category::Gc}, "stop-the-world pauses"},
        {{Category::Gil}, "waiting for the GIL"},
        {{Category::Kernel}, "page faults and system calls"},
        {{Category::RunQueue}, "waiting for a free CPU"},
        {{Category::Io}, "I/O"},
        {{Category::Sleep}, "sleeping"},
        {{Category::Unknown}, "waits of unknown cause"},
    };
    return kCauses;
}

double lost_cores(const RunResult& run, const Cause& cause) {
    double cores = 0;
    for (const Category category : cause.categories) cores += run.lost_cores(category);
    return cores;
}

bool is_mostly_collections(const RunResult& run) {
    return run.pauses.empty() ? run.lost_cores(Category::Gc) > run.lost_cores(Category::StopTheWorld)
                              : run.pauses.front().reason == account::StopReason::Collection;
}

/// More to the point where one lock, object or reason makes up most of it.
const char* name_of(const RunResult& run, const Cause& cause, double cores) {
    switch (cause.categories.front()) {
        case Category::LockWait:
            return !run.locks.empty() && run.locks.front().lost_cores > cores / 2 ? "a lock" : cause.name;
        case Category::Refcount: {
            const bool one =
                !run.objects.empty() && run.objects.front().count < 1.5 && run.objects.front().lost_cores > cores / 2;
            return one ? "the reference count of a shared object" : cause.name;
        }
        case Category::RunQueue:
            return run.queued_for_others_s > run.ledger[Category::RunQueue] / 2 ? "other programs that used the CPUs"
                                                                                : cause.name;
        case Category::StopTheWorld:
            return is_mostly_collections(run) ? "garbage collection" : cause.name;
        default:
            return cause.name;
    }
}

/// ", most of it to a lock"; nothing where no cause stands out.
std::string main_cause(const RunResult& run, double lost) {
    const Cause* largest = &causes().front();
    for (const Cause& cause : causes())
        if (lost_cores(run, cause) > lost_cores(run, *largest)) largest = &cause;
    const double cores = lost_cores(run, *largest);
    if (cores < lost / 4) return {};
    return fmt::format(", {} to {}", cores > lost / 2 ? "most of it" : "the largest part",
                       name_of(run, *largest, cores));
}

const Point* point_at(const Analysis& analysis, int threads) {
    for (const Point& point : analysis.whole.points)
        if (point.threads == threads) return &point;
    return nullptr;
}

/// "2 threads run 1.31x as fast as one"
std::string comparison(const Analysis& analysis, const Point& point) {
    const int base = analysis.baseline_threads;
    const std::string one = base == 1 ? "one" : fmt::format("{} (taken to scale perfectly)", base);
    const double ratio = point.speedup / base;
    if (analysis.manifest.sweep.scaling == recording::Scaling::Weak)
        return fmt::format("{} do {:.2f}x the work of {} in the same time", threads_text(point.threads), ratio, one);
    return fmt::format("{} run {:.2f}x as fast as {}", threads_text(point.threads), ratio, one);
}

std::string baseline_only(const Analysis& analysis, const Point& point) {
    const std::string count = threads_text(point.threads);
    if (analysis.whole.points.size() > 1) return count + ": the baseline, which the others are compared with.";
    return fmt::format("{} only: what is lost shows when there is something to compare with, as in -t 1,{}.", count,
                       std::max(2, point.threads));
}

/// What the largest thread count took of the baseline's time.
double time_ratio(const Analysis& analysis, const Point& point) {
    const Point* baseline = point_at(analysis, analysis.baseline_threads);
    return baseline == nullptr || baseline->wall_s <= 0 ? 1 : point.wall_s / baseline->wall_s;
}

/// Where the thread count is not heeded, no other sentence about speed-up and losses would be true.
std::string sentence_about_count(const Analysis& analysis, const Point& point) {
    const std::string rule = analysis.findings.empty() ? std::string() : analysis.findings.front().rule;
    const double ratio = time_ratio(analysis, point);
    if (rule == analysis::rule::kWorkMultiplied)
        return fmt::format("{} take {:.2f}x the time of {}, for each seems to do the whole work.",
                           threads_text(point.threads), ratio,
                           analysis.baseline_threads == 1 ? "one" : std::to_string(analysis.baseline_threads));
    if (rule != analysis::rule::kCountIgnored) return {};
    std::string text = fmt::format(
        "The script does the same at {} and {} threads, in {:.2f}x the time: it seems to take no notice of "
        "the thread count.",
        analysis.baseline_threads, point.threads, ratio);
    if (analysis.manifest.sweep.scaling == recording::Scaling::Weak)
        text += " The speed-up counts more work with more threads, and there was none.";
    return text;
}

/// What figures of disturbed runs are worth.
std::string sentence_about_others(const RunResult& run, const Point& point) {
    if (point.disturbed == 0 || !run.others) return {};
    return fmt::format(" {} these runs: measure again on a quiet machine.", run.others->stolen_cpus > run.others->cpus
                                                                                ? "The hypervisor disturbed"
                                                                                : "Other programs disturbed");
}

std::string fastest_elsewhere(const Analysis& analysis, const Point& point) {
    const auto& points = analysis.whole.points;
    const auto best = std::max_element(points.begin(), points.end(),
                                       [](const Point& a, const Point& b) { return a.speedup < b.speedup; });
    if (best->speedup < kFasterVisibly * point.speedup || best->threads >= point.threads) return {};
    if (best->threads == analysis.baseline_threads) return {};  // said already: slower
    return fmt::format(" The best is {}, with {:.2f}x.", threads_text(best->threads), best->speedup);
}

}  // namespace

std::string verdict_sentence(const Analysis& analysis) {
    const RunResult* run = explained_run(analysis);
    const Point* point = run == nullptr ? nullptr : point_at(analysis, run->threads);
    if (point == nullptr) return "Nothing was measured: no run has figures.";
    if (!has_losses(analysis)) return baseline_only(analysis, *point);
    if (std::string text = sentence_about_count(analysis, *point); !text.empty()) return text;
    std::string text = comparison(analysis, *point);
    const double lost = run->threads - point->speedup;
    if (point->speedup >= kNearlyAll * point->threads) {
        text += fmt::format(": of {} cores next to nothing is lost.", run->threads);
    } else {
        text += fmt::format("{}: {} of {} cores are lost{}.",
                            point->speedup < analysis.baseline_threads ? ", which is slower" : "", cores_text(lost),
                            run->threads, main_cause(*run, lost));
    }
    return text + fastest_elsewhere(analysis, *point) + sentence_about_others(*run, *point);
}

bool belongs_to_verdict(const analysis::Warning& warning) {
    static const std::set<std::string> kCodes = {
        "gil_enabled", "gil_enabled_later", "refused",     "run_failed",           "no_successful_run",
        "no_runs",     "no_region",         "interrupted", "incomplete_recording",
    };
    return kCodes.contains(warning.code);
}

void write_verdict(const Analysis& analysis, Page& page) {
    page.line();
    page.paragraph("", verdict_sentence(analysis), Tone::Strong);
    for (const analysis::Warning& warning : analysis.warnings)
        if (belongs_to_verdict(warning))
            page.paragraph(page.glyphs().attention + std::string(" "), warning.message, Tone::Caution);
}

}  // namespace ftscale::report
