// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/profile.h"

namespace ftscale::exports {

/// A sample with the time on CPU it stands for.
struct SampleCost {
    account::Category category{};  // Work where the sample found the thread off CPU
    double seconds = 0;            // on CPU since the thread's previous sample; the last one's until the thread's end
};

/// As `thread.samples`. Their seconds sum to the thread's time on CPU, unless it has no samples.
std::vector<SampleCost> cost_samples(const analysis::ThreadProfile& thread);

}  // namespace ftscale::exports
