// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "python_layout.h"

#include <cstring>
#include <vector>

#include "support/catch.h"

using namespace ftscale::probe;

namespace {

/// A _PyRuntime whose debug offsets are their own indices, so that what is read says where it was read.
std::vector<std::uint64_t> runtime_of(std::uint32_t version, std::uint64_t free_threaded) {
    std::vector<std::uint64_t> words(128);
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = i;
    std::memcpy(words.data(), "xdebugpy", 8);
    words[1] = version;
    words[2] = free_threaded;
    return words;
}

LayoutResult load(const std::vector<std::uint64_t>& words, PythonLayout& layout) {
    return load_layout(reinterpret_cast<const char*>(words.data()), layout);
}

}  // namespace

TEST_CASE("supported versions have a layout, others are told apart") {
    PythonLayout layout;
    CHECK(load(runtime_of(0x030d05f0, 1), layout) == LayoutResult::Ok);
    CHECK(load(runtime_of(0x030e07f0, 1), layout) == LayoutResult::Ok);
    CHECK(load(runtime_of(0x030f00c1, 1), layout) == LayoutResult::Ok);
    CHECK(load(runtime_of(0x030c00f0, 1), layout) == LayoutResult::UnknownVersion);
    CHECK(load(runtime_of(0x031000a0, 1), layout) == LayoutResult::UnknownVersion);
    CHECK(load(runtime_of(0x030d05f0, 0), layout) == LayoutResult::NotFreeThreaded);
    CHECK(load(std::vector<std::uint64_t>(128), layout) == LayoutResult::UnknownVersion);
}

TEST_CASE("only versions with per-thread bytecode read its offsets") {
    PythonLayout layout_313, layout_314;
    load(runtime_of(0x030d05f0, 1), layout_313);
    load(runtime_of(0x030e07f0, 1), layout_314);
    CHECK(layout_313.code_thread_bytecode == 0);
    CHECK(layout_314.code_thread_bytecode != 0);
    CHECK(layout_314.frame_bytecode_index == layout_314.frame_owner + 2);
}

TEST_CASE("the data stack's place is known where it stands where it is looked for") {
    PythonLayout layout_313, layout_314, layout_315;
    load(runtime_of(0x030d05f0, 1), layout_313);
    load(runtime_of(0x030e07f0, 1), layout_314);
    load(runtime_of(0x030f00c1, 1), layout_315);
    CHECK(layout_313.thread_chunk == layout_313.thread_frame + 3);
    CHECK(layout_314.thread_chunk == layout_314.thread_frame + 3);
    CHECK(layout_315.thread_chunk == layout_315.thread_frame + 6);
}
