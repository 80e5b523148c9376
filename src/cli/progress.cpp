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

std::string describe_run(const launch::PlannedRun& run) {
    const bool are_processes = run.control == recording::kProcessesControl;
    std::string text = fmt::format("{} {}", run.threads, are_processes ? "process" : "thread");
    if (run.threads != 1) text += are_processes ? "es" : "s";
    if (run.control == recording::kGilControl) text += " with the GIL";
    if (!run.has_probe) text += " without the probe";
    return run.warmup ? text + ", warm-up" : fmt::format("{}, repeat {}", text, run.repeat + 1);
}

std::string describe_progress(const launch::SweepProgress& progress) {
    const launch::PlannedRun& run = progress.run;
    std::string text = fmt::format("run {} of {}: {}", progress.number, progress.total, describe_run(run));
    if (progress.remaining_s) text += fmt::format(" ... about {} left", describe_duration(*progress.remaining_s));
    return text;
}

}  // namespace ftscale::cli
