// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/uncertainty.h"

#include <algorithm>
#include <cmath>

#include "model/statistics.h"

namespace ftscale::analysis {

double standard_error_s(std::span<const double> repeats_s, double frequency_hz) {
    if (repeats_s.empty()) return 0;
    const auto count = static_cast<double>(repeats_s.size());
    const double spread = model::sample_standard_deviation(repeats_s).value_or(0) / std::sqrt(count);
    if (frequency_hz <= 0) return spread;
    const double sampling = std::sqrt(std::max(0.0, model::mean(repeats_s)) / (frequency_hz * count));
    return std::max(spread, sampling);
}

}  // namespace ftscale::analysis
