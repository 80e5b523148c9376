// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Whether a recording was made by this user on this machine. A recording says what was run, and anybody can write one:
// its command is run again only where we remember having run it. What is remembered lies in the user's state folder
// (XDG Base Directory Specification), a small file for each recording, for a month.
#pragma once

#include <string>

#include "launch/variables.h"
#include "recording/manifest.h"

namespace ftscale::cli {

/// 128 random bits, in hex.
std::string new_recording_id();

/// Best effort: without a state folder that can be written nothing is remembered.
void remember_as_made_here(const recording::Manifest& manifest, const launch::Variables& variables);

/// Whether a recording of this id was made here, of this very command: interpreter, words and folder.
bool is_made_here(const recording::Manifest& manifest, const launch::Variables& variables);

}  // namespace ftscale::cli
