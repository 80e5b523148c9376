// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/findings/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "analysis/functions.h"
#include "analysis/places.h"
#include "analysis/uncertainty.h"

namespace ftscale::analysis {
namespace {

using account::Category;

bool is_sampled(Category category) {
    return category == Category::Work || category == Category::Refcount || category == Category::Kernel ||
           category == Category::Gc;
}

double standard_error(const RunResult& run, Category category, double frequency_hz) {
    std::vector<double> repeats;
    for (const Amounts& ledger : run.repeats) repeats.push_back(ledger[category]);
    return standard_error_s(repeats, is_sampled(category) ? frequency_hz : 0);
}

/// Rows that are parts of the ledger, or the native rows that repeat their time.
bool is_wanted(const Function& function, bool native) {
    return native ? function.place.native : is_ledger_row(function);
}

}  // namespace

double Evidence::lost_beside_pool(Category category) const {
    const double lost = category == Category::RunQueue ? own_queue_lost() : lost_cores(category);
    return lost - (pool ? pool->lost_cores[category] : 0);
}

double Evidence::disturbing_cpus() const {
    if (!run.others || run.others->disturbed == 0) return 0;
    return run.others->cpus + run.others->stolen_cpus;
}

double waiting_cores_beside_pool(const Evidence& evidence) {
    double cores = 0;
    for (const Category category : {Category::Spin, Category::LockWait, Category::StopTheWorld, Category::Gil,
                                    Category::Starved, Category::Serial})
        cores += std::max(0.0, evidence.lost_beside_pool(category));
    return cores;
}

double uncertainty_cores(const Evidence& evidence, Category category) {
    const double frequency = evidence.measurement.frequency_hz;
    const double here = standard_error(evidence.run, category, frequency);
    const double before = evidence.run.ideal * standard_error(evidence.baseline, category, frequency);
    constexpr double kTwoSided95 = 1.96;
    return kTwoSided95 * evidence.cores(std::hypot(here, before));
}

bool is_visible(const Evidence& evidence, Category category, double lost_cores) {
    const bool is_noisy = category == Category::Work || category == Category::Serial || category == Category::RunQueue;
    // A thread that had to wait for a CPU held up those that wait for it, and shared the CPU's caches.
    const bool is_held_up = category == Category::Serial || category == Category::Starved || category == Category::Work;
    if (is_held_up && lost_cores <= evidence.disturbing_cpus()) return false;
    if (!is_noisy) return lost_cores >= kSmallestFinding;
    const double share = lost_cores / evidence.run.threads;
    if (lost_cores < kSmallestFinding || share < kNoisyShare) return false;
    return share >= kBeyondNoise || lost_cores > uncertainty_cores(evidence, category);
}

const Function* main_function(const Evidence& evidence, Category category) {
    const Function* most = nullptr;
    for (const Function& function : evidence.run.functions) {
        if (!is_ledger_row(function)) continue;
        if (most == nullptr || function.loss[category] > most->loss[category]) most = &function;
    }
    return most;
}

std::string function_text(const Function& function, Category category) {
    return place_text(place_of(function, category));
}

std::string ledger_text(const Evidence& evidence, Category category) {
    const RunResult& run = evidence.run;
    return fmt::format("{} at {} threads: {:.3f} s of {:.3f} s, {:.3f} s at {}; {:.2f} ±{:.2f} cores",
                       account::category_name(category), run.threads, run.ledger[category], run.capacity_s,
                       evidence.baseline.ledger[category], evidence.baseline.threads, evidence.lost_cores(category),
                       uncertainty_cores(evidence, category));
}

std::string share_text(const Evidence& evidence, Category category, bool native) {
    constexpr double kWorthNaming = 0.1;
    constexpr std::size_t kMost = 3;
    std::vector<const Function*> rows;
    for (const Function& function : evidence.run.functions)
        if (is_wanted(function, native) && function.loss[category] > kWorthNaming * evidence.run.loss[category])
            rows.push_back(&function);
    std::sort(rows.begin(), rows.end(),
              [&](const Function* a, const Function* b) { return a->loss[category] > b->loss[category]; });
    std::string text;
    for (std::size_t i = 0; i < rows.size() && i < kMost; ++i)
        text +=
            fmt::format("{}{} {:.3f} s", i == 0 ? "" : ", ",
                        native ? rows[i]->place.function : function_text(*rows[i], category), rows[i]->loss[category]);
    return text;
}

std::string with_article(const std::string& noun) {
    const bool vowel = !noun.empty() && std::string_view("aeiouAEIOU").find(noun.front()) != std::string_view::npos;
    return (vowel ? "an " : "a ") + noun;
}

std::string duration_text(double seconds) {
    return seconds < 1 ? fmt::format("{:.1f} ms", 1e3 * seconds) : fmt::format("{:.2f} s", seconds);
}

}  // namespace ftscale::analysis
