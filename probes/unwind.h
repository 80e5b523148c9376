// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Native unwinding from .eh_frame, without frame pointers, safe in a signal handler: no locks, no allocation, no libc
// beyond _dl_find_object (wait-free since glibc 2.35). The rule found for an address is cached per thread; a frame seen
// before costs a few nanoseconds, a new one under a microsecond. Library unwinders take 20 to 50 us a stack here,
// several percent of each thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "machine_context.h"
#include "unwind_tables.h"

namespace ftscale::probe {

/// A shared object found while unwinding.
struct FoundModule {
    std::uintptr_t begin, end, base;
    const char* path;  // empty: the executable
};

/// The object that has code at the address; false where none is known.
bool find_module(std::uintptr_t address, FoundModule& module);

class UnwindCache {
  public:
    static constexpr std::size_t kSlots = 1024;

    /// The rule for the code at `cursor.pc`; `module` is set when the rule was not cached and the address lies in a
    /// known object.
    const UnwindRule& find(const Cursor& cursor, FoundModule& module, bool& module_found);

  private:
    struct Slot {
        std::uintptr_t pc = 0;
        UnwindRule rule;
    };
    Slot slots_[kSlots];
};

/// The stack being walked; nothing outside is read.
struct StackBounds {
    std::uintptr_t low = 0, high = 0;
    bool contains(std::uintptr_t address, std::size_t bytes) const {
        return address >= low && address <= high && high - address >= bytes && address % sizeof(void*) == 0;
    }
};

enum class StepResult { Caller, Outermost, Lost };

/// Moves `cursor` to its caller. `frame_end` receives the end (CFA) of the frame just left.
StepResult step(Cursor& cursor, const UnwindRule& rule, const StackBounds& bounds, std::uintptr_t& frame_end);

}  // namespace ftscale::probe
