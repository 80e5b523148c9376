// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Names for the frames of a recording. Best effort: a frame that cannot be named gets its module and address, and
// nothing here throws.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "recording/recording.h"
#include "symbols/debug_info.h"
#include "symbols/instruction_decoder.h"

namespace ftscale::symbols {

struct FrameName {
    std::string function;  // Python: qualified name; native: demangled symbol (Cython: the Python name), or
                           // "libfoo.so+0x1234", the function's begin where it is known
    std::string file;      // Python: source file; native: path of the ELF object
    int line = 0;          // Python: line of the instruction; native: 0
    int first_line = 0;    // Python: line of the `def`; native: 0
    bool python = false;
};

/// What becomes of the ELF files that a recording names: a stranger's may name any.
enum class Files { Open, LeaveAlone };

class Symbols {
  public:
    /// Keeps a reference to the recording. ELF files are opened when first needed, or never: then native frames have
    /// addresses for names.
    explicit Symbols(const recording::Recording& recording, Files files = Files::Open);
    ~Symbols();
    Symbols(const Symbols&) = delete;
    Symbols& operator=(const Symbols&) = delete;

    /// Computed once per frame; the reference stays valid as long as this object. Not thread-safe.
    const FrameName& name(recording::FrameId frame) const;
    /// A native frame's place in its source, innermost first: what was inlined there, then the function that `name`
    /// names. Empty without debug info. Computed once per frame.
    const std::vector<SourcePlace>& sources(recording::FrameId frame) const;
    /// True for the native frames of CPython's evaluation loop; the Python frames it runs stand inside them.
    bool is_interpreter_loop(recording::FrameId frame) const;
    /// False where a module's file is missing, changed (build id) or stripped: its frames have addresses for names, but
    /// for the exported functions of a stripped one.
    bool has_symbols(recording::ModuleId module) const;

    /// What memory the code around a native frame that is exact (Sample::pc) touches, nearest first. Empty where its
    /// code cannot be read.
    const std::vector<MemoryAccess>& accesses_around(recording::FrameId frame) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ftscale::symbols
