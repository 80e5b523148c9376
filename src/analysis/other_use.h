// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What others did while runs were made.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "analysis/analysis.h"
#include "recording/manifest.h"

namespace ftscale::analysis {

/// Sums over the runs of one thread count.
class OtherCosts {
  public:
    void add(const recording::Run& run, bool is_disturbed, const recording::Machine& machine);
    int disturbed() const { return disturbed_; }
    /// Absent where of no run anything is known.
    std::optional<OtherUse> means() const;

  private:
    int runs_ = 0, known_ = 0, disturbed_ = 0;
    double cpus_ = 0, stolen_cpus_ = 0;
    std::map<std::string, double> commands_;  // CPUs
};

}  // namespace ftscale::analysis
