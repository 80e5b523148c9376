// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Source lines and inlined functions, by an object's DWARF. Best effort: what is missing or damaged is unknown.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "symbols/elf_file.h"

namespace ftscale::symbols {

/// A function and the place it has reached.
struct SourcePlace {
    std::string function;  // demangled; Cython's functions by their Python names
    std::string file;      // path as the compiler knew it
    int line = 0;          // 0: not known
};

class DebugInfo {
  public:
    /// Keeps a reference to the file. Null where it has no DWARF.
    static std::unique_ptr<DebugInfo> open(const ElfFile& file);
    ~DebugInfo();
    DebugInfo(const DebugInfo&) = delete;
    DebugInfo& operator=(const DebugInfo&) = delete;

    /// The functions at an address (in the object's own terms), innermost first: those that were inlined there, then
    /// the one that the machine code belongs to. Empty where no function is known.
    std::vector<SourcePlace> at(std::uint64_t address);

  private:
    struct State;
    explicit DebugInfo(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace ftscale::symbols
