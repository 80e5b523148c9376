// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The registers and the code the probe reads, per architecture. Everything else in this room is written in terms of
// these names.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "ftscale/recording_format.h"

namespace ftscale::probe {

/// Where unwinding stands: enough to find the caller's frame.
struct Cursor {
    std::uintptr_t pc = 0;
    std::uintptr_t sp = 0;
    std::uintptr_t fp = 0;
    bool pc_is_exact = false;  // else a return address: the call is before it
    std::uintptr_t link = 0;   // the register that calls leave the return address in; 0 where there is none, or where
                               // it is not known any more
    bool sp_is_bound = false;  // `sp` is not known, only that it is no lower: the caller of code without tables
};

/// Code that has no unwind tables, and needs none: it is known by its instructions.
enum class KnownCode : std::uint8_t {
    None,
    SignalReturn,  // what a signal handler returns to
    Stub,          // jumps on to another object's function; nothing on the stack is its own
};

}  // namespace ftscale::probe

#if defined(__x86_64__)
#include "machine_x86_64.h"
#elif defined(__aarch64__)
#include "machine_aarch64.h"
#else
#error "ftscale's probe supports x86-64 and aarch64; see machine_aarch64.h for what another architecture must provide"
#endif
