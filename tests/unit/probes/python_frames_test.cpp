// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The walk along a list of frames, with frames where they belong, and where they have gone.
#include "python_frames.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "globals.h"
#include "support/catch.h"

using namespace ftscale::probe;

namespace {

constexpr std::size_t kPage = 4096, kChunkBytes = 4 * kPage, kFrameBytes = 80;
constexpr char kGeneratorOwner = 1;

/// Memory that can be taken away.
class Pages {
  public:
    explicit Pages(std::size_t bytes) : bytes_(bytes) {
        void* mapping = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(mapping != MAP_FAILED);
        begin_ = reinterpret_cast<std::uintptr_t>(mapping);
    }
    ~Pages() { take_away(); }
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    void take_away() { munmap(reinterpret_cast<void*>(begin_), bytes_); }
    std::uintptr_t at(std::size_t offset) const { return begin_ + offset; }

  private:
    std::uintptr_t begin_;
    std::size_t bytes_;
};

template <typename T>
void put(std::uintptr_t address, T value) {
    std::memcpy(reinterpret_cast<void*>(address), &value, sizeof(value));
}

/// A thread with two pieces of data stack and room for generators.
class Interpreter {
  public:
    Interpreter() {
        g_pid = getpid();
        g_layout = PythonLayout{};
        g_layout.thread_state_size = 256;
        g_layout.thread_frame = 72;
        g_layout.thread_chunk = 168;
        g_layout.frame_executable = 0;
        g_layout.frame_previous = 8;
        g_layout.frame_instruction = 56;
        g_layout.frame_owner = 70;
        g_layout.frame_locals = 72;
        put(older.at(8), kChunkBytes);
        put(newer.at(0), older.at(0));
        put(newer.at(8), kChunkBytes);
        put(thread_state.at(168), newer.at(0));
    }
    ~Interpreter() { g_layout = PythonLayout{}; }
    Interpreter(const Interpreter&) = delete;
    Interpreter& operator=(const Interpreter&) = delete;

    /// Makes a frame that calls the one made before it.
    std::uintptr_t push(std::uintptr_t frame, std::uintptr_t code, char owner = kThreadOwner) {
        put(frame, code | 1);
        put(frame + 8, top);
        put(frame + 56, code + 200);
        put(frame + 70, owner);
        put(thread_state.at(72), frame);
        return top = frame;
    }
    std::size_t walk() { return walk_python(*state, thread_state.at(0), 0, truncated); }

    Pages thread_state{kPage}, older{kChunkBytes}, newer{kChunkBytes}, heap{kPage};
    std::unique_ptr<ThreadState> state = std::make_unique<ThreadState>();
    std::uintptr_t top = 0;
    bool truncated = false;
};

constexpr std::uintptr_t kCode = 0x200000;

}  // namespace

TEST_CASE("frames are found in the pieces of the data stack and in generators") {
    Interpreter interpreter;
    interpreter.push(interpreter.older.at(24), kCode);
    interpreter.push(interpreter.heap.at(64), kCode + 64, kGeneratorOwner);
    interpreter.push(interpreter.older.at(24 + kFrameBytes), kCode + 128);
    interpreter.push(interpreter.newer.at(24), kCode + 192);
    REQUIRE(interpreter.walk() == 4);
    CHECK_FALSE(interpreter.truncated);
    CHECK(interpreter.state->python[0].code == kCode + 192);
    CHECK(interpreter.state->python[2].code == kCode + 64);
    CHECK(interpreter.state->python[3].where == kCode + 200);
}

TEST_CASE("an entry of the evaluation loop is a shim, on the thread's stack from the stack pointer on") {
    Interpreter interpreter;
    alignas(8) char stack[kFrameBytes] = {};
    const auto shim = reinterpret_cast<std::uintptr_t>(stack);
    interpreter.state->bounds = {shim, shim + sizeof(stack)};
    interpreter.push(shim, kCode, kFirstShimOwner);
    REQUIRE(interpreter.walk() == 1);
    CHECK(interpreter.state->python[0].code == 0);
    CHECK(interpreter.state->python[0].where == shim);
}

TEST_CASE("what the list of frames points to is not followed where it cannot be") {
    Interpreter interpreter;
    const auto frame = interpreter.push(interpreter.newer.at(24), kCode);
    for (const std::uintptr_t wrong : {std::uintptr_t{8}, std::uintptr_t{0xdddddddddddddddd}, frame + 3,
                                       ~std::uintptr_t{7}, interpreter.heap.at(0)}) {
        CAPTURE(wrong);
        put(frame + 8, wrong);
        CHECK(interpreter.walk() == 1);
        CHECK(interpreter.truncated);
    }
}

TEST_CASE("a frame that has gone with its memory ends the walk") {
    Interpreter interpreter;
    interpreter.push(interpreter.heap.at(0), kCode, kGeneratorOwner);
    interpreter.push(interpreter.newer.at(24), kCode);
    CHECK(interpreter.walk() == 2);
    interpreter.heap.take_away();
    CHECK(interpreter.walk() == 1);
    CHECK(interpreter.truncated);
}

TEST_CASE("a data stack that has gone is not read") {
    Interpreter interpreter;
    interpreter.push(interpreter.newer.at(24), kCode);
    interpreter.newer.take_away();
    CHECK(interpreter.walk() == 0);
    CHECK(interpreter.truncated);
    put(interpreter.thread_state.at(168), std::uintptr_t{0x13});
    CHECK(interpreter.walk() == 0);
}

TEST_CASE("a list of frames without an end is given up") {
    Interpreter interpreter;
    const auto frame = interpreter.push(interpreter.newer.at(24), kCode);
    put(frame + 8, frame);
    CHECK(interpreter.walk() == kKeptFrames);
    put(frame, std::uintptr_t{0});
    CHECK(interpreter.walk() == 0);
    CHECK(interpreter.truncated);
}

TEST_CASE("of too many frames the innermost are kept") {
    Interpreter interpreter;
    Pages generators((kMaxPythonFrames + 1) * 128);
    for (std::size_t i = 0; i < kMaxPythonFrames; ++i)
        interpreter.push(generators.at(128 * i), kCode + 16 * i, kGeneratorOwner);
    CHECK(interpreter.walk() == kMaxPythonFrames);
    CHECK_FALSE(interpreter.truncated);
    interpreter.push(generators.at(128 * kMaxPythonFrames), kCode, kGeneratorOwner);
    CHECK(interpreter.walk() == kKeptFrames);
    CHECK(interpreter.truncated);
    CHECK(interpreter.state->python[1].code == kCode + 16 * (kMaxPythonFrames - 1));
}
