// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "model/work_split.h"

#include <cmath>

namespace ftscale::model {
namespace {

bool is_counted(const Work& work) { return work.instructions > 0 && work.cycles > 0; }

}  // namespace

WorkGrowth& WorkGrowth::operator+=(const WorkGrowth& other) {
    more_instructions_s += other.more_instructions_s;
    lower_ipc_s += other.lower_ipc_s;
    lower_clock_s += other.lower_clock_s;
    return *this;
}

WorkGrowth& WorkGrowth::operator*=(double factor) {
    more_instructions_s *= factor;
    lower_ipc_s *= factor;
    lower_clock_s *= factor;
    return *this;
}

double logarithmic_mean(double a, double b) {
    // (r - 1) / ln r with r = a / b. By log1p: where a and b are close both differences cancel, and their quotient
    // would be noise.
    const double excess = (a - b) / b;
    return excess == 0 ? a : b * excess / std::log1p(excess);
}

std::optional<WorkGrowth> split_growth(const Work& now, const Work& before) {
    if (now.seconds <= 0 || before.seconds <= 0) return WorkGrowth{now.seconds - before.seconds, 0, 0};
    if (!is_counted(now) || !is_counted(before)) return std::nullopt;
    const double weight = logarithmic_mean(now.seconds, before.seconds);
    const double instructions = std::log(now.instructions / before.instructions);
    const double cycles = std::log(now.cycles / before.cycles);
    const double seconds = std::log(now.seconds / before.seconds);
    return WorkGrowth{weight * instructions, weight * (cycles - instructions), weight * (seconds - cycles)};
}

}  // namespace ftscale::model
