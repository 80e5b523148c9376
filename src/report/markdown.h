// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>

#include "analysis/analysis.h"

namespace ftscale::report {

/// The report for pull requests and chat, in GitHub Flavored Markdown: the summary, findings, curve, ledger and
/// functions; all else as text, folded away. Fits into a comment (GitHub takes 65,536 characters).
void write_markdown(const analysis::Analysis& analysis, std::ostream& out);

}  // namespace ftscale::report
