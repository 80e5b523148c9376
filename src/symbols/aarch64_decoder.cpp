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
constexpr int kZeroRegister = 31;

unsigned field(std::uint32_t word, unsigned low, unsigned bits) { return word >> low & ((1U << bits) - 1); }

std::uint8_t access_bytes(std::uint32_t word) { return static_cast<std::uint8_t>(1U << field(word, 30, 2)); }

struct Decoded {
    std::optional<MemoryAccess> access;
    int written = MemoryAccess::kNoRegister;  // a general register it changes
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

bool is_branch_away(std::uint32_t word) {
    const bool b_or_bl = (word & 0x7c000000) == 0x14000000;
    const bool br_blr_ret = (word & 0xfe000000) == 0xd6000000;
    return b_or_bl || br_blr_ret;
}

Decoded decode(std::uint32_t word) {
    const int target = static_cast<int>(field(word, 0, 5));
    if (is_branch_away(word)) return {std::nullopt, MemoryAccess::kNoRegister, true};
    // LDADD, LDCLR, LDSET, SWP and their like: size 111 0 00 A R 1 Rs o3 opc 00 Rn Rt
    if ((word & 0x3f200c00) == 0x38200000) return {access(AccessKind::Atomic, word, 0), target, false};
    // CAS: size 001000 1 L 1 Rs o0 11111 Rn Rt; the register it changes is Rs.
    if ((word & 0x3fa07c00) == 0x08a07c00)
        return {access(AccessKind::Atomic, word, 0), static_cast<int>(field(word, 16, 5)), false};
    // Exclusive loads and stores: size 001000 0 L 0 Rs o0 11111 Rn Rt
    if ((word & 0x3fa00000) == 0x08000000) {
        const bool load = field(word, 22, 1) != 0;
        return {access(AccessKind::Atomic, word, 0), load ? target : static_cast<int>(field(word, 16, 5)), false};
    }
    // Ordered loads and stores (LDAR, STLR): size 001000 1 L 0 11111 o0 11111 Rn Rt
    if ((word & 0x3fa00000) == 0x08800000) {
        const bool load = field(word, 22, 1) != 0;
        return {access(load ? AccessKind::Load : AccessKind::Store, word, 0), load ? target : MemoryAccess::kNoRegister,
                false};
    }
    // Unsigned offset: size 111 0 01 opc imm12 Rn Rt
    if ((word & 0x3f000000) == 0x39000000) {
        const bool load = field(word, 22, 2) != 0;
        const std::int64_t displacement = static_cast<std::int64_t>(field(word, 10, 12)) * access_bytes(word);
        return {access(load ? AccessKind::Load : AccessKind::Store, word, displacement),
                load ? target : MemoryAccess::kNoRegister, false};
    }
    // Anything else may change the register its low bits name.
    return {std::nullopt, target, false};
}

class AArch64Decoder final : public InstructionDecoder {
  public:
    std::vector<MemoryAccess> accesses_around(const CodeBlock& block, std::uint64_t address) override {
        std::vector<MemoryAccess> accesses;
        std::uint32_t overwritten = 0;
        for (int distance = 1; distance <= kMostBefore; ++distance) {
            const auto word = word_at(block, address - kWord * static_cast<std::uint64_t>(distance));
            if (!word) break;
            const Decoded decoded = decode(*word);
            if (decoded.breaks_flow) break;
            if (decoded.written >= 0 && decoded.written != kZeroRegister) overwritten |= 1U << decoded.written;
            if (!decoded.access || (overwritten >> decoded.access->base & 1) != 0) continue;
            accesses.push_back(*decoded.access);
            accesses.back().distance = distance;
        }
        return accesses;
    }

    bool is_behind_system_call(const CodeBlock& block, std::uint64_t address) override {
        const auto word = word_at(block, address - kWord);
        return word && (*word & 0xffe0001f) == 0xd4000001;  // SVC
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
