// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Measuring on, as a recording was measured, until a check's answer is clear.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launch/target_environment.h"
#include "recording/manifest.h"

namespace ftscale::cli {

/// How many repeats there are to be, look by look: twice as many each time, eight at least, at most `most`. The first
/// is `have`.
std::vector<int> repeats_by_look(int have, int most);
/// The first of the looks beyond `have` that has as many repeats as are wanted, or the last: those before it would say
/// no more.
int next_look(const std::vector<int>& looks, int have, int wanted);

/// What it takes to run a recording's command again that the recording does not say, or that is not believed.
struct RunAgain {
    std::optional<launch::Target> target;  // the command as given once more; none: the recording has to be our own
    std::string python;                    // likewise the interpreter; empty: the usual one
    std::vector<std::string> environment;  // NAME=VALUE: recordings have the names alone
};

/// What will be run, checked. Throws base::Error (usage) where the recording is not one that this user has made on this
/// machine and the command is not given, or where command, folder or variables are not the recording's.
launch::Target target_to_run_again(const recording::Manifest& manifest, const RunAgain& again);

/// Makes `repeats` more of the recording's sweep, into the file `output`; no report is printed. Throws base::Error as
/// target_to_run_again, or where the sweep fails.
void measure_more(const recording::Manifest& manifest, int repeats, const RunAgain& again, const std::string& output);

}  // namespace ftscale::cli
