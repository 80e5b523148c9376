// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/instruction_decoder.h"

namespace ftscale::symbols {

std::optional<std::uint64_t> MemoryAccess::address(std::span<const std::uint64_t> registers) const {
    auto sum = static_cast<std::uint64_t>(displacement);
    for (const auto& [which, factor] : {std::pair(base, 1), std::pair(index, scale)}) {
        if (which == kNoRegister) continue;
        if (static_cast<std::size_t>(which) >= registers.size()) return std::nullopt;
        sum += registers[static_cast<std::size_t>(which)] * static_cast<std::uint64_t>(factor);
    }
    return sum;
}

}  // namespace ftscale::symbols
