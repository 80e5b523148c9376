// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Sections that run alone, by where they were called from: what counts in an import is not the loader's function but
// the statement, and what runs alone may run in parallel elsewhere when another caller wants it.
#pragma once

#include <map>
#include <vector>

#include "account/ledger.h"
#include "account/sites.h"
#include "analysis/analysis.h"
#include "analysis/places.h"

namespace ftscale::analysis {

class SerialCosts {
  public:
    /// Adds what the ledger charges to `serial`, and who was idle meanwhile, times `factor`.
    void add(const account::Ledger& ledger, double factor);
    SerialTime summary(const Places& places) const;

  private:
    std::map<recording::StackId, double> seconds_;
    std::map<recording::StackId, double> waiting_;
    double bystanding_s_ = 0;
};

/// "<module> (search.py:20) > fit (model.py:8)", without what lies in the middle of a long one.
std::string path_text(const std::vector<Place>& path);

}  // namespace ftscale::analysis
