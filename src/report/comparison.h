// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Two recordings side by side, for people and for machines.
#pragma once

#include <ostream>

#include "report/comparison_tables.h"
#include "report/text.h"

namespace ftscale::report {

/// Where the two cannot be laid side by side (difference.why_not), all say why and no more.
void write_comparison_text(const ComparedFigures& compared, const compare::Difference& difference, std::ostream& out,
                           const TextOptions& options = {});
void write_comparison_markdown(const ComparedFigures& compared, const compare::Difference& difference,
                               std::ostream& out);
/// One object, schema ftscale.comparison/1.
void write_comparison_json(const ComparedFigures& compared, const compare::Difference& difference, std::ostream& out);

}  // namespace ftscale::report
