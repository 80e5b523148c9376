// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What memory the code around a sampled address touches. A CPU that is interrupted while it waits for memory finishes
// the instruction that waits: the address it was sampled at is that of the next one. So it is the instructions right
// before, and an atomic operation about to come, that tell what a thread was busy with. Pure; one implementation per
// architecture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace ftscale::symbols {

enum class AccessKind : std::uint8_t { Load, Store, Atomic };

/// One memory operand, in terms of the registers as they were when the sample was taken.
struct MemoryAccess {
    static constexpr int kNoRegister = -1;

    AccessKind kind{};
    std::uint8_t bytes = 0;
    int base = kNoRegister;  // as recording::Registers are numbered
    int index = kNoRegister;
    int scale = 1;
    std::int64_t displacement = 0;
    int distance =
        1;  // in instructions: 1 was executed last, 2 before it; 0: an atomic operation that is about to come

    /// The address it touched. Empty where a register is missing.
    std::optional<std::uint64_t> address(std::span<const std::uint64_t> registers) const;
    friend bool operator==(const MemoryAccess&, const MemoryAccess&) = default;
};

/// A stretch of machine code.
struct CodeBlock {
    std::uint64_t begin = 0;  // address of the first byte
    std::span<const std::byte> bytes;
    bool begins_at_instruction = true;  // false: cut out around an address, where no function's begin is known
};

class InstructionDecoder {
  public:
    InstructionDecoder() = default;
    InstructionDecoder(const InstructionDecoder&) = delete;
    InstructionDecoder& operator=(const InstructionDecoder&) = delete;
    virtual ~InstructionDecoder() = default;
    /// The accesses whose registers still hold what they held, nearest first. Empty for an address outside the block,
    /// and where the bytes are no code. What stands behind a call or a jump that is always taken was not executed
    /// before, and does not count.
    virtual std::vector<MemoryAccess> accesses_around(const CodeBlock& block, std::uint64_t address) = 0;
};

std::unique_ptr<InstructionDecoder> make_x86_64_decoder();
std::unique_ptr<InstructionDecoder> make_aarch64_decoder();

}  // namespace ftscale::symbols
