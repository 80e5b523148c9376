// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>

#include "analysis/analysis.h"

namespace ftscale::report {

enum class JsonLayout { Indented, Compact };

/// The report other programs read: one object, ending in a newline, as described by report.schema.json (schema
/// ftscale.report/1). Seconds in `*_s`, ratios 0 to 1. What could not be measured is null, absent or empty, and named
/// in `warnings`; never NaN.
void write_json(const analysis::Analysis& analysis, std::ostream& out, JsonLayout layout = JsonLayout::Indented);

}  // namespace ftscale::report
