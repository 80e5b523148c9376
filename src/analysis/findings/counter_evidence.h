// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What counters say about a cause: whether they confirm it, and what it is due to.
#pragma once

#include <string>
#include <vector>

#include "analysis/findings/evidence.h"

namespace ftscale::analysis {

/// Whether events that show contention itself (a line that another core has modified, locked loads, ...) confirm that
/// the functions at these places fight over reference counts, a phrase for each verdict; the rule stands in the source.
/// "confirmed by MEM_LOAD_L3_HIT_RETIRED.XSNP_HITM: 0.02 -> 4.10 per thousand instructions in run". Empty where no such
/// event or no instructions were counted.
std::vector<std::string> contention_texts(const Evidence& evidence, const std::vector<Place>& places);

enum class WorkPart { None, MoreInstructions, LowerIpc, LowerClock };

/// What most of the growth of work is due to; None: nothing alone, or it is not known.
WorkPart main_work_part(const Evidence& evidence);

/// "0.31 of 0.48 cores: fewer instructions per cycle (1.92 -> 1.31); 0.02: more instructions (+1.2 %)"; empty where it
/// is not known.
std::string work_split_text(const Evidence& evidence);

}  // namespace ftscale::analysis
