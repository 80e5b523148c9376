// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Byte sequences as compilers make them of CPython's reference counts and locks. Each row is an instruction.
#include <initializer_list>
#include <vector>

#include "support/catch.h"
#include "symbols/instruction_decoder.h"

using namespace ftscale::symbols;

namespace {

// As recording::Registers are numbered.
constexpr int kRax = 0, kRbx = 1, kRcx = 2, kRdx = 3, kRdi = 5;
constexpr std::uint64_t kBegin = 0x401000;

using Instructions = std::vector<std::vector<int>>;

std::vector<std::byte> bytes_of(const Instructions& instructions) {
    std::vector<std::byte> bytes;
    for (const auto& instruction : instructions)
        for (const int byte : instruction) bytes.push_back(static_cast<std::byte>(byte));
    return bytes;
}

/// The accesses around the end of `before`, which `behind` follows.
std::vector<MemoryAccess> accesses(const Instructions& before, const Instructions& behind = {{0x90}},
                                   bool begins_at_instruction = true) {
    std::vector<std::byte> bytes = bytes_of(before);
    const std::uint64_t address = kBegin + bytes.size();
    for (const std::byte byte : bytes_of(behind)) bytes.push_back(byte);
    return make_x86_64_decoder()->accesses_around({kBegin, bytes, begins_at_instruction}, address);
}

MemoryAccess access(AccessKind kind, int bytes, int base, std::int64_t displacement, int distance = 1) {
    MemoryAccess result;
    result.kind = kind;
    result.bytes = static_cast<std::uint8_t>(bytes);
    result.base = base;
    result.displacement = displacement;
    result.distance = distance;
    return result;
}

const std::vector<int> kIncrement = {0xf0, 0x48, 0x83, 0x40, 0x10, 0x04};         // lock addq $4,0x10(%rax)
const std::vector<int> kSharedAddress = {0x48, 0x8d, 0x57, 0x10};                 // lea 0x10(%rdi),%rdx
const std::vector<int> kLoadShared = {0x48, 0x8b, 0x02};                          // mov (%rdx),%rax
const std::vector<int> kNewCount = {0x48, 0x8d, 0x70, 0x04};                      // lea 0x4(%rax),%rsi
const std::vector<int> kExchange = {0xf0, 0x48, 0x0f, 0xb1, 0x32};                // lock cmpxchg %rsi,(%rdx)
const std::vector<int> kLoadLocal = {0x8b, 0x47, 0x0c};                           // mov 0xc(%rdi),%eax
const std::vector<int> kIsImmortal = {0x83, 0xf8, 0xff};                          // cmp $-1,%eax
const std::vector<int> kLoadType = {0x48, 0x8b, 0x47, 0x18};                      // mov 0x18(%rdi),%rax
const std::vector<int> kLockByte = {0xf0, 0x0f, 0xb0, 0x4f, 0x0a};                // lock cmpxchg %cl,0xa(%rdi)
const std::vector<int> kStaticLoad = {0x48, 0x8b, 0x05, 0x10, 0, 0, 0};           // mov 0x10(%rip),%rax
const std::vector<int> kThreadLocal = {0x64, 0x48, 0x8b, 0x42, 0x10};             // mov %fs:0x10(%rdx),%rax
const std::vector<int> kThreadPointer = {0x64, 0x48, 0x8b, 4, 0x25, 0, 0, 0, 0};  // mov %fs:0,%rax
const std::vector<int> kCall = {0xe8, 0, 0, 0, 0}, kReturn = {0xc3}, kJump = {0xeb, 0}, kJumpIfEqual = {0x74, 0};
const std::vector<int> kSystemCall = {0x0f, 0x05};

TEST_CASE("x86-64: an increment of the shared count is an atomic access at the object") {
    CHECK(accesses({kIncrement}) == std::vector{access(AccessKind::Atomic, 8, kRax, 0x10)});
}

TEST_CASE("x86-64: an exchange of the shared count goes through a register that holds its address") {
    const auto found = accesses({kSharedAddress, kLoadShared, kNewCount, kExchange});
    REQUIRE_FALSE(found.empty());
    CHECK(found[0] == access(AccessKind::Atomic, 8, kRdx, 0));
    REQUIRE(found.size() == 2);  // the load before it went to the same word
    CHECK(found[1] == access(AccessKind::Load, 8, kRdx, 0, 3));
}

TEST_CASE("x86-64: an atomic operation about to come counts, and stands before what was executed") {
    CHECK(accesses({kSharedAddress, kLoadShared}, {kNewCount, kExchange}) ==
          std::vector{access(AccessKind::Atomic, 8, kRdx, 0, 0), access(AccessKind::Load, 8, kRdx, 0)});
}

TEST_CASE("x86-64: an atomic operation is not looked for beyond a call, a changed register or some bytes") {
    CHECK(accesses({kSharedAddress}, {kCall, kExchange}).empty());
    CHECK(accesses({kLoadShared}, {kSharedAddress, kExchange}) == std::vector{access(AccessKind::Load, 8, kRdx, 0)});
    const Instructions far = {kIsImmortal, kIsImmortal, kIsImmortal, kIsImmortal, kIsImmortal, kIsImmortal, kExchange};
    CHECK(accesses({kSharedAddress}, far).empty());
    CHECK(accesses({kSharedAddress}, {kJumpIfEqual, kExchange}).size() == 1);
}

TEST_CASE("x86-64: a load of the local count counts from behind the comparison too") {
    CHECK(accesses({kLoadLocal}) == std::vector{access(AccessKind::Load, 4, kRdi, 0xc)});
    CHECK(accesses({kLoadLocal, kIsImmortal}) == std::vector{access(AccessKind::Load, 4, kRdi, 0xc, 2)});
    CHECK(accesses({kLoadLocal, kIsImmortal, kJumpIfEqual}) == std::vector{access(AccessKind::Load, 4, kRdi, 0xc, 3)});
    CHECK(accesses({kLoadLocal, kIsImmortal, kIsImmortal, kJumpIfEqual}).empty());
}

TEST_CASE("x86-64: a load that overwrites its own base cannot be told any more") {
    CHECK(accesses({{0x48, 0x8b, 0x3f}}).empty());              // mov (%rdi),%rdi
    CHECK(accesses({kLoadLocal, {0x48, 0x8b, 0x3f}}).empty());  // nor what it was the base of before
    CHECK(accesses({{0x8b, 0x40, 0x0c}}).empty());              // mov 0xc(%rax),%eax: the whole register changes
    CHECK(accesses({{0x8b, 0x47, 0x0c}, {0x5f}}).empty());      // pop %rdi
    CHECK(accesses({kLoadType, {0xff, 0xc1}}).size() == 1);     // inc %ecx
}

TEST_CASE("x86-64: what stands behind a call, a return or a jump was not executed before") {
    for (const auto& away : {kCall, kReturn, kJump, std::vector{0xff, 0xd0}}) {
        CHECK(accesses({kLoadLocal, away}).empty());
        CHECK(accesses({kLoadLocal, away, kIsImmortal}).empty());
        CHECK(accesses({away, kLoadLocal}).size() == 1);
    }
}

TEST_CASE("x86-64: behind a system call the thread did not wait for memory") {
    const Instructions instructions = {kLoadType, kSystemCall};
    CHECK(accesses(instructions).empty());
}

TEST_CASE("x86-64: static, thread-local and computed addresses are no object's") {
    CHECK(accesses({kStaticLoad}).empty());
    CHECK(accesses({kThreadLocal}).empty());
    CHECK(accesses({kThreadPointer}).empty());
    CHECK(accesses({kSharedAddress}).empty());
    CHECK(accesses({{0x0f, 0x1f, 0x00}}).empty());        // nopl (%rax)
    CHECK(accesses({{0x0f, 0x1f, 0x04, 0x00}}).empty());  // nopl (%rax,%rax)
    CHECK(accesses({{0xf3, 0x0f, 0x1e, 0xfa}}).empty());  // endbr64
}

TEST_CASE("x86-64: locks of one byte, with and without a prefix") {
    CHECK(accesses({kLockByte}) == std::vector{access(AccessKind::Atomic, 1, kRdi, 0xa)});
    CHECK(accesses({{0x86, 0x4f, 0x0a}}) ==
          std::vector{access(AccessKind::Atomic, 1, kRdi, 0xa)});  // xchg %cl,0xa(%rdi)
}

TEST_CASE("x86-64: stores, and loads with an index") {
    CHECK(accesses({{0x48, 0x89, 0x43, 0x20}}) == std::vector{access(AccessKind::Store, 8, kRbx, 0x20)});
    MemoryAccess indexed = access(AccessKind::Load, 8, kRbx, 8);
    indexed.index = kRcx;
    indexed.scale = 8;
    const auto found = accesses({{0x48, 0x8b, 0x54, 0xcb, 0x08}});  // mov 0x8(%rbx,%rcx,8),%rdx
    CHECK(found == std::vector{indexed});
    CHECK(accesses({{0x48, 0x8b, 0x54, 0xcb, 0x08}, {0xff, 0xc1}}).empty());  // inc %ecx
    std::vector<std::uint64_t> registers(17);
    registers[kRbx] = 0x7000;
    registers[kRcx] = 3;
    CHECK(indexed.address(registers) == 0x7000 + 3 * 8 + 8);
    CHECK_FALSE(indexed.address(std::span(registers).first(2)));
}

TEST_CASE("x86-64: a displacement may be negative") {
    const auto found = accesses({{0xf0, 0x48, 0x83, 0x40, 0xf0, 0x04}});  // lock addq $4,-0x10(%rax)
    REQUIRE(found.size() == 1);
    std::vector<std::uint64_t> registers(17);
    registers[kRax] = 0x7010;
    CHECK(found[0].address(registers) == 0x7000);
}

TEST_CASE("x86-64: where no function's begin is known, instructions are found from the middle of one") {
    Instructions before;
    for (int i = 0; i < 6; ++i)
        before.insert(before.end(), {kLoadType, kIsImmortal, kJumpIfEqual, kSharedAddress, kNewCount, kExchange});
    before.push_back(kIncrement);
    for (std::ptrdiff_t cut = 0; cut < 20; ++cut) {
        std::vector<std::byte> bytes = bytes_of(before);
        bytes.erase(bytes.begin(), bytes.begin() + cut);
        const std::uint64_t address = kBegin + bytes.size();
        bytes.push_back(std::byte{0x90});
        const auto found = make_x86_64_decoder()->accesses_around({kBegin, bytes, false}, address);
        REQUIRE_FALSE(found.empty());
        CHECK(found[0] == access(AccessKind::Atomic, 8, kRax, 0x10));
    }
    CHECK(accesses({kIncrement}, {{0x90}}, false) == std::vector{access(AccessKind::Atomic, 8, kRax, 0x10)});
    CHECK(accesses({}, {{0x90}}, false).empty());
}

TEST_CASE("x86-64: addresses that are no instruction's begin, or outside, touch nothing") {
    const std::vector<std::byte> bytes = bytes_of({kLoadLocal, kLoadLocal, kIncrement});
    const auto decoder = make_x86_64_decoder();
    CHECK(decoder->accesses_around({kBegin, bytes, true}, kBegin + 4).empty());
    CHECK(decoder->accesses_around({kBegin, bytes, true}, kBegin - 1).empty());
    CHECK(decoder->accesses_around({kBegin, bytes, true}, kBegin + bytes.size()).empty());
    CHECK(decoder->accesses_around({kBegin, {}, true}, kBegin).empty());
    CHECK(decoder->accesses_around({kBegin, bytes, true}, kBegin + 3).size() == 1);
}

TEST_CASE("x86-64: any bytes at all are survived") {
    std::vector<std::byte> bytes(4096);
    std::uint32_t state = 1;
    for (std::byte& byte : bytes) byte = static_cast<std::byte>((state = state * 1664525 + 1013904223) >> 24);
    const auto decoder = make_x86_64_decoder();
    for (const bool known : {true, false})
        for (std::uint64_t at = 0; at < bytes.size(); ++at)
            CHECK(decoder->accesses_around({kBegin, bytes, known}, kBegin + at).size() <= 4);
}

}  // namespace
