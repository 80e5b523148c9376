// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The few instructions of aarch64 by which compilers touch an object's header: Arm Architecture Reference Manual, C4.1.
// Instructions are words of 32 bits, so no library is needed to find their begins. By default compilers call helpers
// for atomics (outline atomics), leaf functions whose single atomic instruction stands right before the sampled one.
#include <array>
#include <cstring>

#include "symbols/instruction_decoder.h"

namespace ftscale::symbols {
namespace {

constexpr int kMostBefore = 3;
constexpr std::size_t kWord = 4;
constexpr unsigned kZeroRegister = 31;

unsigned field(std::uint32_t word, unsigned low, unsigned bits) { return word >> low & ((1U << bits) - 1); }

std::uint8_t access_bytes(std::uint32_t word) { return static_cast<std::uint8_t>(1U << field(word, 30, 2)); }

using RegisterSet = std::uint32_t;

/// The register with this number; number 31 is that of no general register.
RegisterSet bit_of(unsigned number) { return number == kZeroRegister ? 0 : RegisterSet{1} << number; }

struct Decoded {
    std::optional<MemoryAccess> access;
    RegisterSet written = 0;  // general registers it changes
    bool breaks_flow = false;
};

MemoryAccess access(AccessKind kind, std::uint32_t word, std::int64_t displacement) {
    MemoryAccess result;
    result.kind = kind;
    result.bytes = access_bytes(word);
    result.base = static_cast<int>(field(word, 5, 5));
    result.displacement = displacement;
    return result;
}

bool is_system_call(std::uint32_t word) { return (word & 0xffe0001f) == 0xd4000001; }  // SVC

/// The next instruction in memory is not executed after it, or it takes so long itself that nothing before it was
/// waited for.
bool breaks_flow(std::uint32_t word) {
    const bool b_or_bl = (word & 0x7c000000) == 0x14000000;
    const bool br_blr_ret = (word & 0xfe000000) == 0xd6000000;
    return b_or_bl || br_blr_ret || is_system_call(word);
}

/// By an instruction that is none of those decoded here: perhaps the register its low bits name, and some loads and
/// stores change a second one or the base.
RegisterSet written_by_other(std::uint32_t word) {
    RegisterSet written = bit_of(field(word, 0, 5));
    // Pairs: opc 101 V 0 index L imm7 Rt2 Rn Rt; with a signed offset: size 111 V 00 opc 0 imm9 index Rn Rt
    const bool pair = (word & 0x3a000000) == 0x28000000, single = (word & 0x3b200000) == 0x38000000;
    if (pair) written |= bit_of(field(word, 10, 5));
    const bool moves_base = (pair && field(word, 23, 1) != 0) || (single && field(word, 10, 1) != 0);
    return moves_base ? written | bit_of(field(word, 5, 5)) : written;
}

Decoded decode(std::uint32_t word) {
    const RegisterSet target = bit_of(field(word, 0, 5)), status = bit_of(field(word, 16, 5));
    if (breaks_flow(word)) return {std::nullopt, 0, true};
    // LDAPR: size 111 0 00 1 0 1 11111 1 100 00 Rn Rt, among those that follow
    if ((word & 0x3ffffc00) == 0x38bfc000) return {access(AccessKind::Load, word, 0), target, false};
    // LDADD, LDCLR, LDSET, SWP and their like: size 111 0 00 A R 1 Rs o3 opc 00 Rn Rt
    if ((word & 0x3f200c00) == 0x38200000) return {access(AccessKind::Atomic, word, 0), target, false};
    // CAS: size 001000 1 L 1 Rs o0 11111 Rn Rt; the register it changes is Rs.
    if ((word & 0x3fa07c00) == 0x08a07c00) return {access(AccessKind::Atomic, word, 0), status, false};
    // Exclusive loads and stores: size 001000 0 L 0 Rs o0 11111 Rn Rt
    if ((word & 0x3fa00000) == 0x08000000) {
        const bool load = field(word, 22, 1) != 0;
        return {access(AccessKind::Atomic, word, 0), load ? target : status, false};
    }
    // Ordered loads and stores (LDAR, STLR): size 001000 1 L 0 11111 o0 11111 Rn Rt
    if ((word & 0x3fa00000) == 0x08800000) {
        const bool load = field(word, 22, 1) != 0;
        return {access(load ? AccessKind::Load : AccessKind::Store, word, 0), load ? target : 0, false};
    }
    // Unsigned offset: size 111 0 01 opc imm12 Rn Rt
    if ((word & 0x3f000000) == 0x39000000) {
        const bool load = field(word, 22, 2) != 0;
        const std::int64_t displacement = static_cast<std::int64_t>(field(word, 10, 12)) * access_bytes(word);
        return {access(load ? AccessKind::Load : AccessKind::Store, word, displacement), load ? target : 0, false};
    }
    return {std::nullopt, written_by_other(word), false};
}

class AArch64Decoder final : public InstructionDecoder {
  public:
    std::vector<MemoryAccess> accesses_around(const CodeBlock& block, std::uint64_t address) override {
        std::vector<MemoryAccess> accesses;
        RegisterSet overwritten = 0;
        for (int distance = 1; distance <= kMostBefore; ++distance) {
            const auto word = word_at(block, address - kWord * static_cast<std::uint64_t>(distance));
            if (!word) break;
            const Decoded decoded = decode(*word);
            if (decoded.breaks_flow) break;
            overwritten |= decoded.written;
            if (!decoded.access || (overwritten >> decoded.access->base & 1) != 0) continue;
            accesses.push_back(*decoded.access);
            accesses.back().distance = distance;
        }
        return accesses;
    }

  private:
    static std::optional<std::uint32_t> word_at(const CodeBlock& block, std::uint64_t address) {
        const bool inside = address >= block.begin && address % kWord == 0 && block.bytes.size() >= kWord &&
                            address - block.begin <= block.bytes.size() - kWord;
        if (!inside) return std::nullopt;
        std::uint32_t word = 0;
        std::memcpy(&word, block.bytes.data() + (address - block.begin), kWord);
        return word;
    }
};

}  // namespace

std::unique_ptr<InstructionDecoder> make_aarch64_decoder() { return std::make_unique<AArch64Decoder>(); }

}  // namespace ftscale::symbols
