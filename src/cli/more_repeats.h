// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Measuring on, as a recording was measured, until a check's answer is clear.
#pragma once

#include <string>
#include <vector>

#include "recording/manifest.h"

namespace ftscale::cli {

/// How many repeats there are to be, look by look: twice as many each time, eight at least, at most `most`. The first
/// is `have`.
std::vector<int> repeats_by_look(int have, int most);
/// The first of the looks beyond `have` that has as many repeats as are wanted, or the last: those before it would say
/// no more.
int next_look(const std::vector<int>& looks, int have, int wanted);

/// Makes `repeats` more of the recording's sweep, into the file `output`; no report is printed. `environment`: the
/// NAME=VALUE that the recording was made with, as it has the names alone. Throws base::Error where these are not the
/// same, or the sweep fails.
void measure_more(const recording::Manifest& manifest, int repeats, const std::vector<std::string>& environment,
                  const std::string& output);

}  // namespace ftscale::cli
