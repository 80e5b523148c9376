// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Folded stacks, the format of flamegraph.pl: "root;child;leaf COUNT", a stack a line.
#pragma once

#include <ostream>

#include "analysis/call_tree.h"
#include "export/selection.h"

namespace ftscale::exports {

/// Of the first series. Counts are whole numbers: microseconds, or larger decimal parts of a second where those would
/// sum to more than a million (viewers make a sample of each); or what was counted, thinned likewise. They sum to the
/// total. What has shrunk (What::Loss) cannot be said in this format and is left out. Returns what a count stands for
/// ("10 us").
std::string write_folded(const analysis::CallTree& tree, const WeightedStacks& stacks, std::ostream& out);

}  // namespace ftscale::exports
