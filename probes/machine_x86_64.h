// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// x86-64. Included by machine_context.h only.
#pragma once

namespace ftscale::probe {

inline constexpr format::Machine kMachine = format::Machine::X86_64;
inline constexpr unsigned kDwarfSp = 7, kDwarfFp = 6, kDwarfReturn = 16;
inline constexpr std::size_t kRegisterCount = format::kX86_64Registers;
/// What the stub of sched_yield passes on, in the order of SpinBegin::saved_registers; the frame pointer among them.
inline constexpr std::size_t kSavedRegisterCount = 6, kSavedFp = 1;
inline constexpr std::uintptr_t kAddressEnd = std::uintptr_t{1} << 47;  // of user memory
/// From the stack pointer, at the return from a signal handler, to the ucontext that the kernel saved.
inline constexpr std::size_t kSignalContextOffset = 0;

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

/// The caller's stack begins right behind the record that the frame pointer points to.
inline constexpr bool kRecordEndsFrame = true;

/// Return addresses are what they are.
inline std::uintptr_t strip_signature(std::uintptr_t address) { return address; }

/// Everything has tables, the PLT and the return from signal handlers too.
inline KnownCode known_code(std::uintptr_t) { return KnownCode::None; }

inline constexpr std::size_t kMostEpilogueBytes = 16;
/// Code made at run time has no tables, but what stands between where it is and its return says where its frame ends:
/// `add $n, %rsp`, `pop`, `ret`. CPython's trampolines for perf end so right behind their one call. False for all else.
inline bool read_epilogue(const std::uint8_t (&code)[kMostEpilogueBytes], std::int32_t& frame_bytes,
                          std::int32_t& fp_at) {
    constexpr std::int32_t kWord = 8;
    frame_bytes = 0, fp_at = -1;
    for (std::size_t i = 0; i + 4 <= kMostEpilogueBytes;) {
        if (code[i] == 0xc3) return true;
        if (code[i] == 0x48 && code[i + 1] == 0x83 && code[i + 2] == 0xc4 && code[i + 3] < 0x80) {
            frame_bytes += code[i + 3];
            i += 4;
            continue;
        }
        const bool is_high = code[i] == 0x41;  // %r8 and on
        const std::uint8_t pop = is_high ? code[i + 1] : code[i];
        constexpr std::uint8_t kPop = 0x58, kPopSp = 0x5c, kPopFp = 0x5d;
        if ((pop & 0xf8) != kPop || (pop == kPopSp && !is_high)) return false;
        if (pop == kPopFp && !is_high) fp_at = frame_bytes;
        frame_bytes += kWord;
        i += is_high ? 2 : 1;
    }
    return false;
}

/// The caller of the function this is expanded in, which must be compiled with frame pointers (this whole room is).
#define FTSCALE_CALLER()                                                                         \
    (::ftscale::probe::Cursor{reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)),     \
                              reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 16, \
                              *static_cast<const std::uintptr_t*>(__builtin_frame_address(0)), false})

}  // namespace ftscale::probe
