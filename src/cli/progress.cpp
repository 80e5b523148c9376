// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include <fmt/format.h>

#include <cmath>

namespace ftscale::cli {

std::string describe_duration(double seconds) {
    const auto whole = static_cast<long long>(std::ceil(seconds));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string describe_run(int threads, int repeat, bool warmup) {
    const std::string count = fmt::format("{} thread{}", threads, threads == 1 ? "" : "s");
    return warmup ? count + ", warm-up" : fmt::format("{}, repeat {}", count, repeat + 1);
}

std::string describe_progress(const launch::SweepProgress& progress) {
    const launch::PlannedRun& run = progress.run;
    std::string text = fmt::format("run {} of {}: {}", progress.number, progress.total,
                                   describe_run(run.threads, run.repeat, run.warmup));
    if (progress.remaining_s) text += fmt::format(" ... about {} left", describe_duration(*progress.remaining_s));
    return text;
}

}  // namespace ftscale::cli
