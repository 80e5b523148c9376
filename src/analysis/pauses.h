// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Stop-the-world pauses by who asked for them and why, and garbage collections by what triggered them: sums over a run,
// means over its repeats.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/places.h"

namespace ftscale::analysis {

struct PauseCosts {
    std::map<std::pair<account::StopReason, Place>, Pause> pauses;
    std::map<std::pair<account::StopReason, Place>, std::map<Place, double>> stragglers;
    std::map<Place, CollectionRow> collections;
};

void add_pauses(const account::Ledger& ledger, double factor, const Places& places, PauseCosts& costs);

/// Most thread time stopped first.
std::vector<Pause> pause_rows(const PauseCosts& costs);
/// Longest in all first.
std::vector<CollectionRow> collection_rows(const PauseCosts& costs);

}  // namespace ftscale::analysis
