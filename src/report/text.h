// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>

#include "analysis/analysis.h"

namespace ftscale::report {

struct TextOptions {
    bool colour = false;
    bool ascii = false;  // no box and block characters; names stay as they are
};

/// The report a person reads, for a terminal of 80 columns: what limits the script first, how it was measured last.
/// Needs no terminal and asks for none: the caller knows whether there is one.
void write_text(const analysis::Analysis& analysis, std::ostream& out, const TextOptions& options = {});

}  // namespace ftscale::report
