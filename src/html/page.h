// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The report as one HTML file that needs nothing else: the template that is built from browser/, with the data it shows
// inside. browser/src/page_data.ts says what that is.
#pragma once

#include <ostream>

#include "analysis/analysis.h"
#include "analysis/profile.h"
#include "html/flames.h"

namespace ftscale::html {

/// Throws base::Error where the template was not built with the tool.
void check_template();

/// The whole report, with flame graphs and timelines of the thread counts it explains. Throws as check_template() does.
void write_page(const analysis::Analysis& analysis, const analysis::Profile& profile, std::ostream& out);

/// Flame graphs alone. Throws as check_template() does.
void write_flame_page(const analysis::Profile& profile, const Flames& flames, std::ostream& out);

}  // namespace ftscale::html
