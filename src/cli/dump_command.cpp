// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/dump_command.h"

#include <iostream>

#include "recording/dump.h"

namespace ftscale::cli {

CLI::App* add_dump_command(CLI::App& app, DumpOptions& options) {
    CLI::App* dump = app.add_subcommand("dump", "Print a recording as text, record by record");
    dump->add_option("RECORDING", options.recording, "A recording, or the .partial folder of an interrupted one")
        ->required();
    return dump;
}

base::ExitCode dump_command(const DumpOptions& options) {
    recording::dump(options.recording, std::cout);
    return base::ExitCode::Ok;
}

}  // namespace ftscale::cli
