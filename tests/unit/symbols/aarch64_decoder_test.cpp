// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Words as compilers make them of CPython's reference counts and locks, first executed first.
#include <cstring>
#include <vector>

#include "support/catch.h"
#include "symbols/instruction_decoder.h"

using namespace ftscale::symbols;

namespace {

constexpr std::uint64_t kBegin = 0x10000;
using Words = std::vector<std::uint32_t>;

std::vector<std::byte> bytes_of(const Words& words) {
    std::vector<std::byte> bytes(words.size() * sizeof(std::uint32_t));
    std::memcpy(bytes.data(), words.data(), bytes.size());
    return bytes;
}

/// The accesses around the instruction between those executed and those to come.
std::vector<MemoryAccess> accesses(const Words& before, const Words& ahead = {}) {
    Words words = before;
    words.insert(words.end(), ahead.begin(), ahead.end());
    const std::vector<std::byte> bytes = bytes_of(words);
    return make_aarch64_decoder()->accesses_around({kBegin, bytes, true},
                                                   kBegin + before.size() * sizeof(Words::value_type));
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

constexpr std::uint32_t kLdaddal = 0xf8e00020;    // ldaddal x0, x0, [x1]: __aarch64_ldadd8_acq_rel
constexpr std::uint32_t kCasal = 0xc8e0fc41;      // casal x0, x1, [x2]: __aarch64_cas8_acq_rel
constexpr std::uint32_t kCasalb = 0x08e0fc41;     // casalb w0, w1, [x2]: __aarch64_cas1_acq_rel
constexpr std::uint32_t kSwpalb = 0x38e08041;     // swpalb w0, w1, [x2]
constexpr std::uint32_t kLdaxr = 0xc85ffc83;      // ldaxr x3, [x4]
constexpr std::uint32_t kAdd = 0x91001063;        // add x3, x3, #4
constexpr std::uint32_t kStlxr = 0xc805fc83;      // stlxr w5, x3, [x4]
constexpr std::uint32_t kLoadLocal = 0xb9400c20;  // ldr w0, [x1, #12]
constexpr std::uint32_t kLoadOwn = 0xf9400c00;    // ldr x0, [x0, #24]
constexpr std::uint32_t kStore = 0xf9000822;      // str x2, [x1, #16]
constexpr std::uint32_t kLoadByte = 0x39402820;   // ldrb w0, [x1, #10]
constexpr std::uint32_t kLdar = 0xc8dffc20;       // ldar x0, [x1]
constexpr std::uint32_t kStlr = 0xc89ffc20;       // stlr x0, [x1]
constexpr std::uint32_t kLdaprb = 0x38bfc020;     // ldaprb w0, [x1]
constexpr std::uint32_t kMove = 0xaa0503e1;       // mov x1, x5
constexpr std::uint32_t kCompare = 0x7100001f;    // cmp w0, #0
constexpr std::uint32_t kReturn = 0xd65f03c0, kCall = 0x94000002, kJump = 0x14000002, kJumpToX3 = 0xd61f0060;
constexpr std::uint32_t kJumpIfEqual = 0x54000040, kSystemCall = 0xd4000001, kNop = 0xd503201f;

TEST_CASE("aarch64: the atomic operations of the helpers that compilers call") {
    CHECK(accesses({kLdaddal}) == std::vector{access(AccessKind::Atomic, 8, 1, 0)});
    CHECK(accesses({kCasal}) == std::vector{access(AccessKind::Atomic, 8, 2, 0)});
    CHECK(accesses({kCasalb}) == std::vector{access(AccessKind::Atomic, 1, 2, 0)});
    CHECK(accesses({kSwpalb}) == std::vector{access(AccessKind::Atomic, 1, 2, 0)});
}

TEST_CASE("aarch64: a loop of exclusive loads and stores") {
    CHECK(accesses({kLdaxr}) == std::vector{access(AccessKind::Atomic, 8, 4, 0)});
    CHECK(accesses({kLdaxr, kAdd, kStlxr}) ==
          std::vector{access(AccessKind::Atomic, 8, 4, 0), access(AccessKind::Atomic, 8, 4, 0, 3)});
}

TEST_CASE("aarch64: loads and stores with an offset, by their size") {
    CHECK(accesses({kLoadLocal}) == std::vector{access(AccessKind::Load, 4, 1, 12)});
    CHECK(accesses({kLoadByte}) == std::vector{access(AccessKind::Load, 1, 1, 10)});
    CHECK(accesses({kStore}) == std::vector{access(AccessKind::Store, 8, 1, 16)});
    CHECK(accesses({kLdar}) == std::vector{access(AccessKind::Load, 8, 1, 0)});
    CHECK(accesses({kStlr}) == std::vector{access(AccessKind::Store, 8, 1, 0)});
    CHECK(accesses({kLdaprb}) == std::vector{access(AccessKind::Load, 1, 1, 0)});
    CHECK(accesses({kLoadLocal, kCompare}) == std::vector{access(AccessKind::Load, 4, 1, 12, 2)});
    CHECK(accesses({kLoadLocal, kCompare, kNop, kNop}).empty());
}

TEST_CASE("aarch64: what a register was overwritten for cannot be told") {
    CHECK(accesses({kLoadOwn}).empty());
    CHECK(accesses({kLoadLocal, kMove}).empty());
    CHECK(accesses({kLoadLocal, 0xd2800001}).empty());  // mov x1, #0
    CHECK(accesses({kStore, kLoadLocal}).size() == 2);
    CHECK(accesses({kLoadLocal, 0xf8408423}).size() == 1);  // ldr x3, [x1], #8: of the two, its own
    CHECK(accesses({kStore, 0xa9400440}) ==                 // ldp x0, x1, [x2]
          std::vector{access(AccessKind::Load, 16, 2, 0)});
    CHECK(accesses({kCasal, 0xa8c10c40}) ==  // ldp x0, x3, [x2], #16
          std::vector{access(AccessKind::Load, 16, 2, -16)});
    CHECK(accesses({kLoadLocal, 0x3cc10420}).empty());  // ldr q0, [x1], #16
    CHECK(accesses({kCasal, 0xacc10440}).empty());      // ldp q0, q1, [x2], #32
    CHECK(accesses({kLoadOwn, 0xc87f1023}).empty());    // ldxp x3, x4, [x1]
}

TEST_CASE("aarch64: bases that move, offsets of either sign, pairs") {
    CHECK(accesses({0xf8408423}) == std::vector{access(AccessKind::Load, 8, 1, -8)});    // ldr x3, [x1], #8
    CHECK(accesses({0xf8408c23}) == std::vector{access(AccessKind::Load, 8, 1, 0)});     // ldr x3, [x1, #8]!
    CHECK(accesses({0xb85fc020}) == std::vector{access(AccessKind::Load, 4, 1, -4)});    // ldur w0, [x1, #-4]
    CHECK(accesses({0xf81f0022}) == std::vector{access(AccessKind::Store, 8, 1, -16)});  // stur x2, [x1, #-16]
    CHECK(accesses({0xa9410c20}) == std::vector{access(AccessKind::Load, 16, 1, 16)});   // ldp x0, x3, [x1, #16]
    CHECK(accesses({0x29010c20}) == std::vector{access(AccessKind::Store, 8, 1, 8)});    // stp w0, w3, [x1, #8]
    CHECK(accesses({0xa9bf1444}) == std::vector{access(AccessKind::Store, 16, 2, 0)});   // stp x4, x5, [x2, #-16]!
    CHECK(accesses({0xb9800c20}) == std::vector{access(AccessKind::Load, 4, 1, 12)});    // ldrsw x0, [x1, #12]
}

TEST_CASE("aarch64: loads with an index") {
    MemoryAccess indexed = access(AccessKind::Load, 8, 1, 0);
    indexed.index = 2;
    CHECK(accesses({0xf8626820}) == std::vector{indexed});  // ldr x0, [x1, x2]
    indexed.scale = 8;
    CHECK(accesses({0xf8627820}) == std::vector{indexed});  // ldr x0, [x1, x2, lsl #3]
    CHECK(accesses({0xf8627820, 0xd2800002}).empty());      // mov x2, #0
    CHECK(accesses({0xf8625820}).empty());                  // ldr x0, [x1, w2, uxtw #3]: half a register
}

TEST_CASE("aarch64: the stack, vectors and prefetches are no object's header") {
    CHECK(accesses({0xf9400be0}).empty());  // ldr x0, [sp, #16]
    CHECK(accesses({0x3dc00420}).empty());  // ldr q0, [x1, #16]
    CHECK(accesses({0xf9800420}).empty());  // prfm pldl1keep, [x1, #8]
}

TEST_CASE("aarch64: an atomic operation about to come counts, and stands before what was executed") {
    const MemoryAccess coming = access(AccessKind::Atomic, 8, 2, 0, 0);
    CHECK(accesses({}, {kCasal}) == std::vector{coming});
    CHECK(accesses({kLoadLocal}, {kCasal}) == std::vector{coming, access(AccessKind::Load, 4, 1, 12)});
    // __aarch64_cas8_acq_rel: bti c; adrp x16; ldrb w16, [x16, #8]; cbz w16; casal x0, x1, [x2]
    CHECK(accesses({}, {0xd503245f, 0x90000010, 0x39402210, 0x34000010, kCasal}) == std::vector{coming});
    CHECK(accesses({}, {kNop, kNop, kNop, kNop, kNop, kCasal}).empty());
    CHECK(accesses({}, {kCall, kCasal}).empty());
    CHECK(accesses({}, {0xd2800002, kCasal}).empty());  // mov x2, #0
    CHECK(accesses({}, {kLoadLocal}).empty());
}

TEST_CASE("aarch64: what stands behind a call, a return or a jump was not executed before") {
    for (const std::uint32_t away : {kReturn, kCall, kJump, kJumpToX3}) {
        CHECK(accesses({kLoadLocal, away}).empty());
        CHECK(accesses({kLoadLocal, away, kNop}).empty());
        CHECK(accesses({away, kLoadLocal}).size() == 1);
    }
    CHECK(accesses({kLoadLocal, kJumpIfEqual}).size() == 1);
}

TEST_CASE("aarch64: behind a system call the thread did not wait for memory") {
    CHECK(accesses({kLoadByte, kSystemCall}).empty());
    CHECK(accesses({kStore, kSystemCall}).empty());
}

TEST_CASE("aarch64: addresses between words, or outside, touch nothing") {
    const std::vector<std::byte> bytes = bytes_of({kLoadLocal, kLoadLocal});
    const auto decoder = make_aarch64_decoder();
    CHECK(decoder->accesses_around({kBegin, bytes, true}, kBegin + 6).empty());
    CHECK(decoder->accesses_around({kBegin, bytes, true}, kBegin).empty());
    CHECK(decoder->accesses_around({kBegin, bytes, true}, kBegin - 4).empty());
    CHECK(decoder->accesses_around({kBegin, bytes, true}, kBegin + 400).empty());
    CHECK(decoder->accesses_around({kBegin, {}, true}, kBegin + 4).empty());
}

TEST_CASE("aarch64: any words at all are survived") {
    Words words(1024);
    std::uint32_t state = 1;
    for (std::uint32_t& word : words) word = (state = state * 1664525 + 1013904223);
    const std::vector<std::byte> bytes = bytes_of(words);
    const auto decoder = make_aarch64_decoder();
    for (std::uint64_t at = 0; at <= bytes.size(); ++at)
        CHECK(decoder->accesses_around({kBegin, bytes, true}, kBegin + at).size() <= 4);
}

}  // namespace
