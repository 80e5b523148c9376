// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <set>
#include <string>

#include "recording/manifest.h"
#include "recording/stream_reader.h"

namespace ftscale::recording {

/// A frame of a stack that is to be printed.
struct DumpFrame {
    // Python
    bool python = false;
    CodeTexts code;
    std::uint32_t first_line = 0;
    std::uint32_t instruction_offset = 0;
    // native
    std::string module;         // path; empty: in no known module
    std::uint64_t address = 0;  // in the module's own terms
};

struct DumpOptions {
    std::optional<int> run;         // only this one
    std::set<std::string> records;  // only these, by the word they are printed with ("wait_begin"); empty: all
    /// Names frames; without it Python frames are printed by their first line and native ones as module+address.
    std::function<std::string(const Manifest&, const DumpFrame&)> name_frame;
};

/// The recording as text: what it says about itself, then record by record, a line each, stacks indented below. Times
/// are seconds since the run was started. Throws base::Error when it is no recording.
void dump(const std::filesystem::path& path, std::ostream& out, const DumpOptions& options = {});

}  // namespace ftscale::recording
