// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The registers the probe reads, per architecture. Everything else in this room is written in terms of these names.
#pragma once

#include <ucontext.h>

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
};

#if defined(__x86_64__)

inline constexpr format::Machine kMachine = format::Machine::X86_64;
inline constexpr unsigned kDwarfSp = 7, kDwarfFp = 6, kDwarfReturn = 16;
inline constexpr std::size_t kRegisterCount = format::kX86_64Registers;
/// What the stub of sched_yield passes on, in the order of SpinBegin::saved_registers; the frame pointer among them.
inline constexpr std::size_t kSavedRegisterCount = 6, kSavedFp = 1;

inline Cursor cursor_of(const ucontext_t& context) {
    const auto& r = context.uc_mcontext.gregs;
    return {static_cast<std::uintptr_t>(r[REG_RIP]), static_cast<std::uintptr_t>(r[REG_RSP]),
            static_cast<std::uintptr_t>(r[REG_RBP]), true};
}

/// In the order recording_format.h states.
inline void store_registers(const ucontext_t& context, std::uint64_t (&out)[kRegisterCount]) {
    static constexpr int kOrder[kRegisterCount] = {REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI,
                                                   REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                                   REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    for (std::size_t i = 0; i < kRegisterCount; ++i)
        out[i] = static_cast<std::uint64_t>(context.uc_mcontext.gregs[kOrder[i]]);
}

/// The caller of the function this is expanded in, which must be compiled with frame pointers (this whole room is).
#define FTSCALE_CALLER()                                                                         \
    (::ftscale::probe::Cursor{reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)),     \
                              reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 16, \
                              *static_cast<const std::uintptr_t*>(__builtin_frame_address(0)), false})

#else
#error "ftscale's probe supports x86-64; see machine_context.h for what another architecture must provide"
#endif

}  // namespace ftscale::probe
