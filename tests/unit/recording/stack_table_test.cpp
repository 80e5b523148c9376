// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/address_map.h"
#include "recording/recording.h"
#include "support/catch.h"

using namespace ftscale;
using namespace ftscale::recording;

namespace {

Frame native(std::uint64_t address) {
    Frame frame;
    frame.module = static_cast<ModuleId>(1);
    frame.address = address;
    return frame;
}
Frame python(std::uint32_t code, std::uint32_t offset) {
    Frame frame;
    frame.python = true;
    frame.code = static_cast<CodeId>(code);
    frame.instruction_offset = offset;
    return frame;
}

}  // namespace

TEST_CASE("equal frames and equal stacks have one id") {
    StackTable table;
    const FrameId a = table.intern_frame(native(16)), b = table.intern_frame(python(1, 16));
    CHECK(table.intern_frame(native(16)) == a);
    CHECK(table.intern_frame(python(1, 16)) == b);
    CHECK(a != b);
    CHECK(table.intern_frame(python(1, 18)) != b);
    CHECK(table.frame_count() == 3);

    const StackId outer = table.intern_stack(StackId::Empty, a);
    const StackId inner = table.intern_stack(outer, b);
    CHECK(table.intern_stack(outer, b) == inner);
    CHECK(table.intern_stack(StackId::Empty, b) != inner);
    CHECK(table.frames_of(inner) == std::vector<FrameId>{b, a});
    CHECK(table.frames_of(StackId::Empty).empty());
    CHECK(table.leaf(inner) == python(1, 16));
    CHECK(table.node(inner).parent == outer);
}

TEST_CASE("recursion is a stack as deep as it went") {
    StackTable table;
    const FrameId frame = table.intern_frame(python(1, 2));
    StackId stack = StackId::Empty;
    for (int i = 0; i < 10'000; ++i) stack = table.intern_stack(stack, frame);
    CHECK(table.frames_of(stack).size() == 10'000);
    CHECK(table.frame_count() == 1);
}

TEST_CASE("an address is found in the module that covers it") {
    AddressMap map;
    CHECK(map.add({0x2000, 0x3000, 0x1000, 0, 0}, "b"));
    CHECK(map.add({0x1000, 0x1800, 0x1000, 0, 0}, "a"));
    CHECK_FALSE(map.add({0x1000, 0x1800, 0x1000, 0, 0}, "a"));
    CHECK_FALSE(map.find(0xfff));
    CHECK_FALSE(map.find(0x1800));
    CHECK_FALSE(map.find(0x3000));
    REQUIRE(map.find(0x17ff));
    CHECK(*map.find(0x17ff)->path == "a");
    REQUIRE(map.find(0x2000));
    CHECK(*map.find(0x2000)->path == "b");
    CHECK(map.find(0x2004)->address == 0x1004);
}

TEST_CASE("a module mapped over others takes their place") {
    AddressMap map;
    map.add({0x1000, 0x2000, 0x1000, 0, 0}, "left");
    map.add({0x2000, 0x2800, 0x2000, 0, 0}, "gone");
    map.add({0x3000, 0x4000, 0x3000, 0, 0}, "right");
    CHECK(map.add({0x1800, 0x3000, 0x1800, 0, 0}, "new"));
    REQUIRE(map.find(0x2400));
    CHECK(*map.find(0x2400)->path == "new");
    CHECK(*map.find(0x1900)->path == "new");
    CHECK_FALSE(map.find(0x1100));
    CHECK(*map.find(0x3000)->path == "right");
}

TEST_CASE("the same file mapped again elsewhere, or larger, is mapped anew") {
    AddressMap map;
    map.add({0x1000, 0x2000, 0x1000, 0, 0}, "a");
    CHECK(map.add({0x1000, 0x3000, 0x0800, 0, 0}, "a"));
    REQUIRE(map.find(0x2fff));
    CHECK(map.find(0x2000)->address == 0x1800);
}
