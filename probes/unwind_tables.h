// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How to find a frame's caller, from an object's .eh_frame. Safe in a signal handler.
#pragma once

#include <cstdint>

#include "machine_context.h"

namespace ftscale::probe {

/// How to get from a frame to its caller: the frame's canonical address (CFA) is sp or fp plus an offset; the return
/// address and the frame pointer, where saved, stand at offsets from it. A return address that is not saved is still
/// where the call left it.
struct UnwindRule {
    enum class Cfa : std::uint8_t { Unknown, Sp, Fp, Plt, SignalFrame, Outermost };
    Cfa cfa = Cfa::Unknown;
    bool fp_saved = false;
    bool return_saved = false;
    std::int32_t return_offset = 0;
    std::int32_t cfa_offset = 0;
    std::int32_t fp_offset = 0;
};

/// An object's .eh_frame_hdr, and where the object is mapped: nothing outside of that is read.
struct UnwindTables {
    const std::uint8_t* header = nullptr;
    const std::uint8_t* begin = nullptr;
    const std::uint8_t* end = nullptr;
};

/// The rule for the code at `pc`. Unknown where the tables do not say, or are damaged.
UnwindRule make_rule(const UnwindTables& tables, std::uintptr_t pc);

}  // namespace ftscale::probe
