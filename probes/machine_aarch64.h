// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// aarch64. Included by machine_context.h only.
#pragma once

#include <signal.h>

namespace ftscale::probe {

inline constexpr format::Machine kMachine = format::Machine::Aarch64;
inline constexpr unsigned kDwarfSp = 31, kDwarfFp = 29, kDwarfReturn = 30;
inline constexpr std::size_t kRegisterCount = format::kAarch64Registers;
/// What the stub of sched_yield passes on, in the order of SpinBegin::saved_registers; the frame pointer among them.
inline constexpr std::size_t kSavedRegisterCount = 11, kSavedFp = 10;
inline constexpr std::uintptr_t kAddressEnd = std::uintptr_t{1} << 48;  // of user memory
/// From the stack pointer, at the return from a signal handler, to the ucontext that the kernel saved: struct
/// rt_sigframe in the kernel's arch/arm64/kernel/signal.c.
inline constexpr std::size_t kSignalContextOffset = sizeof(siginfo_t);

/// The record that the frame pointer points to stands below the function's variables.
inline constexpr bool kRecordEndsFrame = false;

/// A return address without its signature (pointer authentication): XPACLRI, which older processors take for a NOP.
inline std::uintptr_t strip_signature(std::uintptr_t address) {
    register std::uintptr_t link __asm__("x30") = address;
    __asm__("hint #7" : "+r"(link));
    return link;
}

inline Cursor cursor_of(const ucontext_t& context) {
    const auto& machine = context.uc_mcontext;
    constexpr int kFp = 29, kLink = 30;
    return {machine.pc, machine.sp, machine.regs[kFp], true, machine.regs[kLink]};
}

/// In the order recording_format.h states.
inline void store_registers(const ucontext_t& context, std::uint64_t (&out)[kRegisterCount]) {
    constexpr std::size_t kGeneral = 31;
    for (std::size_t i = 0; i < kGeneral; ++i) out[i] = context.uc_mcontext.regs[i];
    out[kGeneral] = context.uc_mcontext.sp;
    out[kGeneral + 1] = context.uc_mcontext.pc;
}

/// There must be code at `pc`; behind its page nothing is read.
inline KnownCode known_code(std::uintptr_t pc) {
    constexpr std::uint32_t kMovX8SigReturn = 0xd2801168, kSvc = 0xd4000001, kBrX17 = 0xd61f0220;
    // The linker's stubs: [bti c], adrp x16, ldr x17, add x16, br x17.
    constexpr std::size_t kStubWords = 5, kLeastPage = 4096;
    std::uint32_t words[kStubWords] = {};
    const std::size_t left = kLeastPage - pc % kLeastPage;
    std::memcpy(words, reinterpret_cast<const void*>(pc), left < sizeof(words) ? left : sizeof(words));
    if (words[0] == kMovX8SigReturn && words[1] == kSvc) return KnownCode::SignalReturn;
    for (const std::uint32_t word : words)
        if (word == kBrX17) return KnownCode::Stub;
    return KnownCode::None;
}

/// Code made at run time keeps frame records here, CPython's trampolines for perf too.
inline constexpr std::size_t kMostEpilogueBytes = 16;
inline bool read_epilogue(const std::uint8_t (&)[kMostEpilogueBytes], std::int32_t&, std::int32_t&) { return false; }

/// The caller of the function this is expanded in, which must be compiled with frame pointers (this whole room is).
#define FTSCALE_CALLER()                                                                     \
    (::ftscale::probe::Cursor{reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)), \
                              reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()),       \
                              *static_cast<const std::uintptr_t*>(__builtin_frame_address(0)), false})

}  // namespace ftscale::probe
