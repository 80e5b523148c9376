// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A told recording with everything needed to make ledgers of it; each ledger made is checked.
#pragma once

#include <functional>
#include <utility>

#include "account/account.h"
#include "support/check_ledger.h"
#include "support/story.h"

namespace ftscale::tests {

class Accounted {
  public:
    /// `change`: what is to be done to the recording before anything is made of it.
    explicit Accounted(
        Story& story, const std::function<void(recording::Recording&)>& change = [](recording::Recording&) {})
        : recording_(finished(story, change)),
          names_(recording_, story),
          sites_(recording_.stacks, names_),
          learnt_(recording_, sites_) {}

    account::Ledger ledger(std::size_t run = 0) const {
        return ledger_of(run, account::script_region(recording_.runs[run], facts(run)));
    }
    account::Ledger ledger_of(std::size_t run, const account::Region& region) const {
        const account::RunAccount account(recording_, recording_.runs[run], facts(run), sites_, learnt_);
        account::Ledger ledger = account.ledger(region, facts(run).threads);
        check_ledger(ledger);
        return ledger;
    }
    const recording::Run& facts(std::size_t run) const { return recording_.manifest.runs[run]; }
    const recording::Recording& recording() const { return recording_; }
    const account::Sites& sites() const { return sites_; }

  private:
    static recording::Recording finished(Story& story, const std::function<void(recording::Recording&)>& change) {
        recording::Recording recording = story.finish();
        change(recording);
        return recording;
    }

    recording::Recording recording_;
    StoryNames names_;
    account::Sites sites_;
    account::Learnt learnt_;
};

/// What the ledger charged to this stack, in milliseconds.
inline double charged_ms(const account::Ledger& ledger, account::Category category, recording::StackId stack) {
    for (const account::Charge& charge : ledger.charges)
        if (charge.category == category && charge.stack == stack) return charge.seconds * 1e3;
    return 0;
}

inline double ms_of(const account::Ledger& ledger, account::Category category) {
    return ledger.amounts[category] * 1e3;
}

}  // namespace ftscale::tests
