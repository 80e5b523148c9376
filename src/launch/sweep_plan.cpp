// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/sweep_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

#include "base/error.h"

namespace ftscale::launch {
namespace {

/// Fisher-Yates by hand: std::shuffle is free to differ between standard libraries, and a recorded seed must mean the
/// same everywhere.
void shuffle(std::vector<PlannedRun>& runs, std::mt19937_64& random) {
    for (std::size_t left = runs.size(); left > 1; --left) std::swap(runs[left - 1], runs[random() % left]);
}

/// The runs of one round but for the twins: ordinary ones, then each control.
std::vector<PlannedRun> runs_of_round(const std::vector<int>& threads, int repeat, const ExtraRuns& extra) {
    std::vector<PlannedRun> runs;
    for (const int count : threads) runs.push_back({count, repeat, false});
    for (const std::string& control : extra.controls)
        for (const int count : threads) runs.push_back({count, repeat, false, control});
    return runs;
}

/// The later of two runs may find warmer caches or a hotter machine than the earlier: they take turns.
void add_twins(const PlannedRun& run, std::vector<PlannedRun>& plan) {
    PlannedRun twin = run;
    twin.has_probe = false;
    const bool is_probe_first = run.repeat % 2 == 0;
    plan.push_back(is_probe_first ? run : twin);
    plan.push_back(is_probe_first ? twin : run);
}

[[noreturn]] void refuse(const std::string& message) {
    throw base::Error(message, "give the thread counts as in --threads 1,2,4 or --threads auto", base::ExitCode::Usage);
}

int parse_thread_count(const std::string& part) {
    int count = 0;
    const char* end = part.data() + part.size();
    const auto [stop, error] = std::from_chars(part.data(), end, count);
    if (part.empty()) refuse("--threads: a thread count is missing");
    if (error == std::errc::result_out_of_range ||
        (error == std::errc{} && stop == end && (count < 1 || count > kMaxThreads))) {
        refuse(fmt::format("--threads: {} is not between 1 and {}", part, kMaxThreads));
    }
    if (error != std::errc{} || stop != end) refuse(fmt::format("--threads: '{}' is not a whole number", part));
    return count;
}

std::vector<std::string> split_at_commas(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == ',') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

}  // namespace

std::vector<PlannedRun> plan_sweep(const std::vector<int>& threads, int repeats, int warmups, std::uint64_t seed,
                                   const ExtraRuns& extra) {
    std::vector<PlannedRun> plan;
    if (threads.empty()) return plan;
    const int largest = *std::max_element(threads.begin(), threads.end());
    for (int warmup = 0; warmup < warmups; ++warmup) plan.push_back({largest, warmup, true});
    std::mt19937_64 random(seed);
    for (int repeat = 0; repeat < repeats; ++repeat) {
        std::vector<PlannedRun> round = runs_of_round(threads, repeat, extra);
        shuffle(round, random);
        for (const PlannedRun& run : round) {
            if (extra.calibration && run.control.empty()) {
                add_twins(run, plan);
            } else {
                plan.push_back(run);
            }
        }
    }
    return plan;
}

std::vector<int> auto_thread_counts(int cores) {
    std::vector<int> counts;
    for (int count = 1; count < cores; count *= 2) counts.push_back(count);
    counts.push_back(std::max(cores, 1));
    return counts;
}

std::vector<int> parse_thread_counts(const std::string& text, int cores) {
    if (text == "auto") return auto_thread_counts(cores);
    std::vector<int> counts;
    for (const std::string& part : split_at_commas(text)) {
        const int count = parse_thread_count(part);
        if (std::find(counts.begin(), counts.end(), count) != counts.end()) {
            refuse(fmt::format("--threads: {} is named twice", count));
        }
        counts.push_back(count);
    }
    std::sort(counts.begin(), counts.end());
    return counts;
}

}  // namespace ftscale::launch
