// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/dump_command.h"

#include <fmt/format.h>

#include <iostream>
#include <map>

#include "recording/dump.h"
#include "symbols/elf_symbols.h"
#include "symbols/line_table.h"

namespace ftscale::cli {
namespace {

using recording::DumpFrame;
using recording::Manifest;

/// Names a dump's frames one by one: a dump shows what the records say, and so does without the interned frames of a
/// loaded recording.
class FrameNamer {
  public:
    std::string name(const Manifest& manifest, const DumpFrame& frame) {
        return frame.python ? name_python(frame) : name_native(manifest, frame);
    }

  private:
    static std::string name_python(const DumpFrame& frame) {
        const int first_line = static_cast<int>(frame.first_line);
        const int line = symbols::line_of(frame.code.linetable, first_line, frame.instruction_offset);
        return fmt::format("{} ({}:{})", frame.code.qualname, frame.code.filename, line != 0 ? line : first_line);
    }

    std::string name_native(const Manifest& manifest, const DumpFrame& frame) {
        const auto function = frame.module.empty() ? std::nullopt : elf(manifest, frame.module).find(frame.address);
        const std::string place = fmt::format("[{}+{:#x}]", frame.module, frame.address);
        return function ? *function + " " + place : place;
    }

    const symbols::ElfSymbols& elf(const Manifest& manifest, const std::string& path) {
        const auto known = objects_.find(path);
        if (known != objects_.end()) return known->second;
        const auto build_id = manifest.build_ids.find(path);
        const std::string expected = build_id == manifest.build_ids.end() ? std::string() : build_id->second;
        return objects_.emplace(path, symbols::ElfSymbols::load(path, expected)).first->second;
    }

    std::map<std::string, symbols::ElfSymbols> objects_;
};

}  // namespace

CLI::App* add_dump_command(CLI::App& app, DumpOptions& options) {
    CLI::App* dump = app.add_subcommand("dump", "Print a recording as text, record by record");
    dump->add_option("RECORDING", options.recording, "A recording, or the .partial folder of an interrupted one")
        ->required();
    dump->add_option("--run", options.run, "Only the run with this number, counted from 0");
    dump->add_flag("--no-symbols", options.no_symbols,
                   "Print addresses and instruction offsets instead of names and lines");
    return dump;
}

base::ExitCode dump_command(const DumpOptions& options) {
    FrameNamer namer;
    recording::DumpOptions how;
    how.run = options.run;
    if (!options.no_symbols) {
        how.name_frame = [&](const Manifest& manifest, const DumpFrame& frame) { return namer.name(manifest, frame); };
    }
    recording::dump(options.recording, std::cout, how);
    return base::ExitCode::Ok;
}

}  // namespace ftscale::cli
