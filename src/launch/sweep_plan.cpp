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
void shuffle(std::vector<int>& values, std::mt19937_64& random) {
    for (std::size_t left = values.size(); left > 1; --left) std::swap(values[left - 1], values[random() % left]);
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

std::vector<PlannedRun> plan_sweep(const std::vector<int>& threads, int repeats, int warmups, std::uint64_t seed) {
    std::vector<PlannedRun> plan;
    if (threads.empty()) return plan;
    const int largest = *std::max_element(threads.begin(), threads.end());
    for (int warmup = 0; warmup < warmups; ++warmup) plan.push_back({largest, warmup, true});
    std::mt19937_64 random(seed);
    for (int repeat = 0; repeat < repeats; ++repeat) {
        std::vector<int> round = threads;
        shuffle(round, random);
        for (const int count : round) plan.push_back({count, repeat, false});
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
