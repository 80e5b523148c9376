// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/reading_options.h"

namespace ftscale::cli {

void add_reading_options(CLI::App& command, ReadingOptions& options) {
    command.add_option("--region", options.region, "This marked region only");
    command.add_flag("--whole", options.whole, "The whole script even where it marks regions");
    command.add_flag("--no-symbols", options.no_symbols,
                     "Open none of the libraries that the recording names: their functions appear as addresses");
}

}  // namespace ftscale::cli
