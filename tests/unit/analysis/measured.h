// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A told sweep whose samples touch what the story says: from its ledgers to the figures by thread count, each checked.
#pragma once

#include <vector>

#include "analysis/curve.h"
#include "support/catch.h"
#include "support/check_analysis.h"
#include "support/check_ledger.h"
#include "support/story.h"

namespace ftscale::tests {

class Measured {
  public:
    explicit Measured(Story& story)
        : recording_(story.finish()), names_(recording_, story), sites_(recording_.stacks, names_), places_(sites_) {}

    /// By thread count.
    std::vector<analysis::RunResult> runs() const {
        const std::vector<analysis::UsedRun> used = analysis::choose_runs(recording_, sites_);
        const std::vector<analysis::MeasuredRun> measured = analysis::measure_runs(used, {});
        for (const analysis::MeasuredRun& run : measured) check_ledger(run.ledger);
        analysis::Analysis analysis;
        analysis.manifest = recording_.manifest;
        analysis.whole = analysis::make_region_result({}, measured, recording_.manifest, places_);
        check_analysis(analysis);
        return analysis.whole.runs;
    }

  private:
    recording::Recording recording_;
    StoryNames names_;
    account::Sites sites_;
    analysis::Places places_;
};

}  // namespace ftscale::tests
