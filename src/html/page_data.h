// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The JSON that a page shows, as browser/src/page_data.ts describes it.
#pragma once

#include <string>

#include "analysis/analysis.h"
#include "analysis/profile.h"
#include "html/flames.h"
#include "html/timelines.h"

namespace ftscale::html {

/// Safe inside a <script> element: it holds no '<'. `analysis`: null for flame graphs alone.
std::string page_data(const analysis::Analysis* analysis, const analysis::Profile& profile, const Flames& flames,
                      const std::vector<RunTimeline>& timelines);

}  // namespace ftscale::html
