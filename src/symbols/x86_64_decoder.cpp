// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Instructions of x86-64, decoded by Zydis.
#include <Zydis/Zydis.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "symbols/instruction_decoder.h"

namespace ftscale::symbols {
namespace {

// Instructions before the sampled one that may be what the thread waited for. One is what theory says; values loaded by
// it are often used up by the next, which retires together with it.
constexpr int kMostBefore = 3;
// From a load of the word to the atomic operation on it: compilers put at most this between the two.
constexpr std::size_t kBytesAhead = 16;
// To find the instructions' begins from an arbitrary byte on: wrong begins run into right ones within a few.
constexpr std::size_t kSettleBytes = 48;

struct Instruction {
    ZydisDecodedInstruction info;
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;

    std::span<const ZydisDecodedOperand> all_operands() const { return {operands.data(), info.operand_count}; }
    std::span<const ZydisDecodedOperand> visible() const { return {operands.data(), info.operand_count_visible}; }
};

/// Its number in recording::Registers; kNoRegister for what is not recorded.
int recorded_register(ZydisRegister name) {
    constexpr std::array<ZydisRegister, 17> kOrder = {
        ZYDIS_REGISTER_RAX, ZYDIS_REGISTER_RBX, ZYDIS_REGISTER_RCX, ZYDIS_REGISTER_RDX, ZYDIS_REGISTER_RSI,
        ZYDIS_REGISTER_RDI, ZYDIS_REGISTER_RBP, ZYDIS_REGISTER_RSP, ZYDIS_REGISTER_R8,  ZYDIS_REGISTER_R9,
        ZYDIS_REGISTER_R10, ZYDIS_REGISTER_R11, ZYDIS_REGISTER_R12, ZYDIS_REGISTER_R13, ZYDIS_REGISTER_R14,
        ZYDIS_REGISTER_R15, ZYDIS_REGISTER_RIP};
    const ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, name);
    const auto found = std::find(kOrder.begin(), kOrder.end(), whole);
    return found == kOrder.end() ? MemoryAccess::kNoRegister : static_cast<int>(found - kOrder.begin());
}

using RegisterSet = std::uint32_t;

RegisterSet written_registers(const Instruction& instruction) {
    RegisterSet set = 0;
    for (const ZydisDecodedOperand& operand : instruction.all_operands()) {
        const bool written =
            operand.type == ZYDIS_OPERAND_TYPE_REGISTER && (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
        const int number = written ? recorded_register(operand.reg.value) : MemoryAccess::kNoRegister;
        if (number != MemoryAccess::kNoRegister) set |= RegisterSet{1} << number;
    }
    return set;
}

bool is_in(RegisterSet set, int number) { return number != MemoryAccess::kNoRegister && (set >> number & 1) != 0; }

/// The next instruction in memory is not executed after it, or registers do not survive it, or it takes so long itself
/// that nothing before it was waited for.
bool breaks_flow(const Instruction& instruction) {
    switch (instruction.info.meta.category) {
        case ZYDIS_CATEGORY_SYSCALL:
        case ZYDIS_CATEGORY_CALL:
        case ZYDIS_CATEGORY_RET:
        case ZYDIS_CATEGORY_UNCOND_BR:
            return true;
        default:
            return false;
    }
}

bool is_locked(const Instruction& instruction) {
    if ((instruction.info.attributes & ZYDIS_ATTRIB_HAS_LOCK) != 0) return true;
    // An exchange with memory is atomic without saying so.
    return instruction.info.mnemonic == ZYDIS_MNEMONIC_XCHG;
}

/// The memory operand that data moves through: not that of an address computation, and nothing relative to a segment
/// (thread-local) or to the instruction (static). A nop names memory and touches none.
std::optional<MemoryAccess> access_of(const Instruction& instruction) {
    const ZydisInstructionCategory category = instruction.info.meta.category;
    if (category == ZYDIS_CATEGORY_NOP || category == ZYDIS_CATEGORY_WIDENOP) return std::nullopt;
    for (const ZydisDecodedOperand& operand : instruction.visible()) {
        if (operand.type != ZYDIS_OPERAND_TYPE_MEMORY || operand.mem.type != ZYDIS_MEMOP_TYPE_MEM) continue;
        if (operand.mem.segment == ZYDIS_REGISTER_FS || operand.mem.segment == ZYDIS_REGISTER_GS) continue;
        MemoryAccess access;
        access.base = recorded_register(operand.mem.base);
        if (operand.mem.base == ZYDIS_REGISTER_RIP || access.base == MemoryAccess::kNoRegister) continue;
        if (operand.mem.index != ZYDIS_REGISTER_NONE) access.index = recorded_register(operand.mem.index);
        access.scale = operand.mem.scale == 0 ? 1 : operand.mem.scale;
        access.displacement = operand.mem.disp.has_displacement ? operand.mem.disp.value : 0;
        access.bytes = static_cast<std::uint8_t>(std::min<int>(operand.size / 8, 255));
        const bool stores = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
        access.kind = is_locked(instruction) ? AccessKind::Atomic : stores ? AccessKind::Store : AccessKind::Load;
        return access;
    }
    return std::nullopt;
}

class X86Decoder final : public InstructionDecoder {
  public:
    X86Decoder() { ZydisDecoderInit(&decoder_, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64); }

    std::vector<MemoryAccess> accesses_around(const CodeBlock& block, std::uint64_t address) override {
        std::vector<MemoryAccess> accesses;
        if (!contains(block, address)) return accesses;
        add_ahead(block, address, accesses);
        add_before(block, address, accesses);
        return accesses;
    }

  private:
    static bool contains(const CodeBlock& block, std::uint64_t address) {
        return address >= block.begin && address - block.begin < block.bytes.size();
    }

    bool decode(const CodeBlock& block, std::size_t at, Instruction& out) const {
        return at < block.bytes.size() &&
               ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder_, block.bytes.data() + at, block.bytes.size() - at,
                                                   &out.info, out.operands.data()));
    }

    std::size_t length_at(const CodeBlock& block, std::size_t at) const {
        ZydisDecodedInstruction info;
        const bool ok = ZYAN_SUCCESS(
            ZydisDecoderDecodeInstruction(&decoder_, nullptr, block.bytes.data() + at, block.bytes.size() - at, &info));
        return ok ? info.length : 1;  // data between code: resynchronise byte by byte
    }

    /// Where the instructions of a function begin: decoded once, functions being large and samples many.
    const std::vector<std::uint32_t>& begins_of(const CodeBlock& block) {
        const auto [known, is_new] = begins_.try_emplace(block.bytes.data());
        if (is_new) {
            for (std::size_t at = 0; at < block.bytes.size(); at += length_at(block, at))
                known->second.push_back(static_cast<std::uint32_t>(at));
        }
        return known->second;
    }

    /// The begins of the instructions before `at`, the last one first.
    std::vector<std::size_t> begins_before(const CodeBlock& block, std::size_t at) {
        if (block.begins_at_instruction) {
            const std::vector<std::uint32_t>& begins = begins_of(block);
            auto end = std::lower_bound(begins.begin(), begins.end(), at);
            if (end == begins.end() || *end != at) return {};  // not an instruction's begin: not this code
            const auto count = std::min<std::ptrdiff_t>(kMostBefore, end - begins.begin());
            std::vector<std::size_t> result(end - count, end);
            std::reverse(result.begin(), result.end());
            return result;
        }
        for (std::size_t skip = 0; skip < 16; ++skip) {  // an instruction has at most 15 bytes
            std::vector<std::size_t> path;
            std::size_t from = (at > kSettleBytes ? at - kSettleBytes : 0) + skip;
            while (from < at) {
                path.push_back(from);
                from += length_at(block, from);
            }
            if (from != at) continue;
            std::reverse(path.begin(), path.end());
            path.resize(std::min<std::size_t>(path.size(), kMostBefore));
            return path;
        }
        return {};
    }

    void add_before(const CodeBlock& block, std::uint64_t address, std::vector<MemoryAccess>& accesses) {
        RegisterSet overwritten = 0;
        int distance = 0;
        for (const std::size_t at : begins_before(block, address - block.begin)) {
            Instruction instruction;
            if (!decode(block, at, instruction) || breaks_flow(instruction)) return;
            ++distance;
            overwritten |= written_registers(instruction);
            auto access = access_of(instruction);
            if (!access || is_in(overwritten, access->base) || is_in(overwritten, access->index)) continue;
            access->distance = distance;
            accesses.push_back(*access);
        }
    }

    void add_ahead(const CodeBlock& block, std::uint64_t address, std::vector<MemoryAccess>& accesses) const {
        const std::size_t begin = address - block.begin;
        RegisterSet overwritten = 0;
        Instruction instruction;
        for (std::size_t at = begin; at - begin < kBytesAhead && decode(block, at, instruction);
             at += instruction.info.length) {
            if (breaks_flow(instruction)) return;
            auto access = access_of(instruction);
            if (access && access->kind == AccessKind::Atomic) {
                if (is_in(overwritten, access->base) || is_in(overwritten, access->index)) return;
                access->distance = 0;
                accesses.push_back(*access);
                return;
            }
            overwritten |= written_registers(instruction);
        }
    }

    ZydisDecoder decoder_;
    std::unordered_map<const std::byte*, std::vector<std::uint32_t>> begins_;  // by block
};

}  // namespace

std::unique_ptr<InstructionDecoder> make_x86_64_decoder() { return std::make_unique<X86Decoder>(); }

}  // namespace ftscale::symbols
