// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// speedscope's own JSON (https://www.speedscope.app/file-format-schema.json): a profile of weighted stacks for all
// threads, and one for each thread.
#pragma once

#include <ostream>
#include <string>

#include "analysis/call_tree.h"
#include "export/selection.h"

namespace ftscale::exports {

/// Weights in seconds, or what was counted. A state that is not work stands as a frame inside the innermost function.
/// What has shrunk (What::Loss) cannot be said in this format and is left out: the profile is of the growth alone.
/// `name`: of the file, see title.h.
void write_speedscope(const analysis::CallTree& tree, const WeightedStacks& stacks, const std::string& name,
                      std::ostream& out);

}  // namespace ftscale::exports
