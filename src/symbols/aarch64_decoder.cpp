// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The instructions of aarch64 by which compilers touch an object's header: Arm Architecture Reference Manual, C4.1.
// Instructions are words of 32 bits, so no library is needed to find their begins. By default compilers call helpers
// for atomics (outline atomics), leaf functions whose single atomic instruction stands right before the sampled one.
#include <array>
#include <cstring>

#include "symbols/instruction_decoder.h"

namespace ftscale::symbols {
namespace {

constexpr int kMostBefore = 3;
// From the begin of a compiler's helper to its atomic instruction: bti, adrp, ldrb, cbz.
constexpr int kMostAhead = 5;
constexpr std::size_t kWord = 4;
constexpr unsigned kZeroRegister = 31;  // as a base it is the stack pointer

unsigned field(std::uint32_t word, unsigned low, unsigned bits) { return word >> low & ((1U << bits) - 1); }

std::int64_t signed_field(std::uint32_t word, unsigned low, unsigned bits) {
    const std::int64_t value = field(word, low, bits), sign = std::int64_t{1} << (bits - 1);
    return (value ^ sign) - sign;
}

std::uint8_t access_bytes(std::uint32_t word) { return static_cast<std::uint8_t>(1U << field(word, 30, 2)); }

using RegisterSet = std::uint32_t;

/// The register with this number; number 31 is that of no general register.
RegisterSet bit_of(unsigned number) { return number == kZeroRegister ? 0 : RegisterSet{1} << number; }

RegisterSet target_of(std::uint32_t word) { return bit_of(field(word, 0, 5)); }
RegisterSet base_of(std::uint32_t word) { return bit_of(field(word, 5, 5)); }

struct Decoded {
    std::optional<MemoryAccess> access;  // in terms of the registers as they are behind the instruction
    RegisterSet written = 0;             // general registers it changes
    RegisterSet moved_base = 0;          // changed too, but the access takes that into account
    bool breaks_flow = false;
};

/// Empty for what stands on the stack: no object's header does.
std::optional<MemoryAccess> access(AccessKind kind, std::uint32_t word, unsigned bytes, std::int64_t displacement) {
    if (field(word, 5, 5) == kZeroRegister) return std::nullopt;
    MemoryAccess result;
    result.kind = kind;
    result.bytes = static_cast<std::uint8_t>(bytes);
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

std::optional<Decoded> decode_atomic(std::uint32_t word) {
    const RegisterSet status = bit_of(field(word, 16, 5));
    const auto atomic = access(AccessKind::Atomic, word, access_bytes(word), 0);
    // LDADD, LDCLR, LDSET, SWP and their like: size 111 0 00 A R 1 Rs o3 opc 00 Rn Rt; LDAPR is among them.
    if ((word & 0x3ffffc00) == 0x38bfc000) {
        return Decoded{access(AccessKind::Load, word, access_bytes(word), 0), target_of(word), 0, false};
    }
    if ((word & 0x3f200c00) == 0x38200000) return Decoded{atomic, target_of(word), 0, false};
    // CAS: size 001000 1 L 1 Rs o0 11111 Rn Rt; the register it changes is Rs.
    if ((word & 0x3fa07c00) == 0x08a07c00) return Decoded{atomic, status, 0, false};
    // Exclusive loads and stores: size 001000 0 L 0 Rs o0 11111 Rn Rt
    if ((word & 0x3fa00000) == 0x08000000) {
        const bool load = field(word, 22, 1) != 0;
        return Decoded{atomic, load ? target_of(word) : status, 0, false};
    }
    // Ordered loads and stores (LDAR, STLR): size 001000 1 L 0 11111 o0 11111 Rn Rt
    if ((word & 0x3fa00000) == 0x08800000) {
        const bool load = field(word, 22, 1) != 0;
        const AccessKind kind = load ? AccessKind::Load : AccessKind::Store;
        return Decoded{access(kind, word, access_bytes(word), 0), load ? target_of(word) : 0, 0, false};
    }
    return std::nullopt;
}

/// A load or store of one register, the way its bits 23 and 22 (opc) say.
Decoded single(std::uint32_t word, std::int64_t displacement) {
    constexpr unsigned kStore = 0, kPrefetch = 2, kDoubleWord = 3;
    const unsigned opc = field(word, 22, 2), size = field(word, 30, 2);
    if (opc == kPrefetch && size == kDoubleWord) return {};
    const bool store = opc == kStore;
    return {access(store ? AccessKind::Store : AccessKind::Load, word, access_bytes(word), displacement),
            store ? 0 : target_of(word), 0, false};
}

/// size 111 0 00 opc 1 Rm option S 10 Rn Rt
Decoded with_index(std::uint32_t word) {
    Decoded decoded = single(word, 0);
    const unsigned index = field(word, 16, 5), option = field(word, 13, 3);
    // UXTW, SXTW: half of a register, which a MemoryAccess cannot say.
    const bool whole = option == 3 || option == 7;
    if (!whole) decoded.access.reset();
    if (!decoded.access || index == kZeroRegister) return decoded;
    decoded.access->index = static_cast<int>(index);
    decoded.access->scale = field(word, 12, 1) != 0 ? access_bytes(word) : 1;
    return decoded;
}

/// size 111 0 00 opc 0 imm9 how Rn Rt, with how = 00 unscaled, 01 base moved afterwards, 11 base moved before
Decoded with_small_offset(std::uint32_t word) {
    constexpr unsigned kUnscaled = 0, kPostIndex = 1;
    const std::int64_t offset = signed_field(word, 12, 9);
    const unsigned how = field(word, 10, 2);
    Decoded decoded = single(word, how == kUnscaled ? offset : how == kPostIndex ? -offset : 0);
    if (how != kUnscaled) decoded.moved_base = base_of(word);
    return decoded;
}

/// opc 101 0 0 how L imm7 Rt2 Rn Rt, with how = 01 base moved afterwards, 11 base moved before, else it stays
Decoded pair(std::uint32_t word) {
    constexpr unsigned kPostIndex = 1, kPreIndex = 3;
    const unsigned bytes = field(word, 31, 1) != 0 ? 8 : 4, how = field(word, 23, 2);
    const std::int64_t offset = signed_field(word, 15, 7) * bytes;
    const bool load = field(word, 22, 1) != 0;
    Decoded decoded;
    decoded.access = access(load ? AccessKind::Load : AccessKind::Store, word, 2 * bytes,
                            how == kPostIndex  ? -offset
                            : how == kPreIndex ? 0
                                               : offset);
    if (load) decoded.written = target_of(word) | bit_of(field(word, 10, 5));
    if (how == kPostIndex || how == kPreIndex) decoded.moved_base = base_of(word);
    return decoded;
}

/// By an instruction that is none of those decoded here: perhaps the register its low bits name; loads and stores of
/// vector registers may move their base; exclusive pairs change two more.
RegisterSet written_by_other(std::uint32_t word) {
    const bool vector_pair = (word & 0x3e000000) == 0x2c000000, vector = (word & 0x3f200000) == 0x3c000000;
    const bool moves_base = (vector_pair && field(word, 23, 1) != 0) || (vector && field(word, 10, 1) != 0);
    const bool exclusive_pair = (word & 0x3fa00000) == 0x08200000;
    RegisterSet written = target_of(word);
    if (moves_base) written |= base_of(word);
    if (exclusive_pair) written |= bit_of(field(word, 10, 5)) | bit_of(field(word, 16, 5));
    return written;
}

Decoded decode(std::uint32_t word) {
    if (breaks_flow(word)) return {std::nullopt, 0, 0, true};
    if (const auto atomic = decode_atomic(word)) return *atomic;
    // Unsigned offset: size 111 0 01 opc imm12 Rn Rt
    if ((word & 0x3f000000) == 0x39000000) {
        return single(word, static_cast<std::int64_t>(field(word, 10, 12)) * access_bytes(word));
    }
    if ((word & 0x3f200c00) == 0x38200800) return with_index(word);
    if ((word & 0x3f200000) == 0x38000000 && field(word, 10, 2) != 2) return with_small_offset(word);
    if ((word & 0x7e000000) == 0x28000000) return pair(word);
    return {std::nullopt, written_by_other(word), 0, false};
}

bool holds(RegisterSet registers, const MemoryAccess& access) {
    const auto has = [registers](int number) { return number >= 0 && (registers >> number & 1) != 0; };
    return has(access.base) || has(access.index);
}

class AArch64Decoder final : public InstructionDecoder {
  public:
    std::vector<MemoryAccess> accesses_around(const CodeBlock& block, std::uint64_t address) override {
        std::vector<MemoryAccess> accesses;
        add_ahead(block, address, accesses);
        add_before(block, address, accesses);
        return accesses;
    }

  private:
    static void add_ahead(const CodeBlock& block, std::uint64_t address, std::vector<MemoryAccess>& accesses) {
        RegisterSet overwritten = 0;
        for (int distance = 0; distance < kMostAhead; ++distance) {
            const auto word = word_at(block, address + kWord * static_cast<std::uint64_t>(distance));
            if (!word) return;
            const Decoded decoded = decode(*word);
            if (decoded.breaks_flow) return;
            if (decoded.access && decoded.access->kind == AccessKind::Atomic) {
                if (holds(overwritten, *decoded.access)) return;
                accesses.push_back(*decoded.access);
                accesses.back().distance = 0;
                return;
            }
            overwritten |= decoded.written | decoded.moved_base;
        }
    }

    static void add_before(const CodeBlock& block, std::uint64_t address, std::vector<MemoryAccess>& accesses) {
        RegisterSet overwritten = 0;
        for (int distance = 1; distance <= kMostBefore; ++distance) {
            const auto word = word_at(block, address - kWord * static_cast<std::uint64_t>(distance));
            if (!word) return;
            const Decoded decoded = decode(*word);
            if (decoded.breaks_flow) return;
            overwritten |= decoded.written;
            if (decoded.access && !holds(overwritten, *decoded.access)) {
                accesses.push_back(*decoded.access);
                accesses.back().distance = distance;
            }
            overwritten |= decoded.moved_base;
        }
    }

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
