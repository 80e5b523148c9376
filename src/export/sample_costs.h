// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "analysis/profile.h"

namespace ftscale::exports {

/// A sample with the time on CPU it stands for.
struct SampleCost {
    account::Category category{};  // what most of that time is charged as at the sample's own stack
    double seconds = 0;            // since the thread's previous sample; the last one's until the thread's end
};

/// As `thread.samples`. Their seconds sum to the thread's time on CPU, unless it has no samples. Work where the ledger
/// has the thread off CPU.
std::vector<SampleCost> cost_samples(const analysis::ThreadProfile& thread);

}  // namespace ftscale::exports
