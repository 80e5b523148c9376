// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "analysis/analyze.h"
#include "symbols/symbols.h"

namespace ftscale::cli {

/// Which part of a recording is meant, and what else may be read to explain it.
struct ReadingOptions {
    std::string region;  // this marked region alone; empty: all of them, or the script
    bool whole = false;
    bool no_symbols = false;  // leave the libraries alone that the recording names

    analysis::Options part() const { return {.whole = whole, .region = region}; }
    symbols::Files files() const { return no_symbols ? symbols::Files::LeaveAlone : symbols::Files::Open; }
};

/// --region, --whole and --no-symbols, of every command that reads a recording.
void add_reading_options(CLI::App& command, ReadingOptions& options);

}  // namespace ftscale::cli
