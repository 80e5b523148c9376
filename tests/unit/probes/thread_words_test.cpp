// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Variables of a shared library, thread_words_library.cpp, as the interpreter's in a shared libpython.
#include "thread_words.h"

#include <thread>

#include "support/catch.h"

extern "C" {
void set_words(std::uintptr_t current, std::uintptr_t bound);
void set_twin(std::uintptr_t value);
std::uintptr_t get_current();
}

using namespace ftscale::probe;

namespace {

ThreadStorage library_storage() { return thread_storage_of(reinterpret_cast<const void*>(&get_current)); }

thread_local std::uintptr_t t_own = 7;

}  // namespace

TEST_CASE("a library's thread-local variable is found by what it holds, and read in every thread") {
    constexpr std::uintptr_t kState = 0x1234567890;
    set_words(kState, kState);
    const ThreadStorage storage = library_storage();
    CHECK_FALSE(storage.in_program);
    ThreadWordSearch current(storage), bound(storage);
    current.holds(kState);
    bound.holds(kState);
    CHECK(current.found() == 0);  // it may be any of three
    set_words(0, kState);
    current.holds(0);
    bound.holds(kState);
    CHECK(bound.found() == 0);  // its twin holds the same
    set_twin(1);
    bound.holds(kState);
    REQUIRE(current.found() != 0);
    REQUIRE(bound.found() != 0);
    CHECK(thread_word(bound.found()) == kState);

    std::uintptr_t current_there = 0, bound_there = 0;
    std::thread([&] {
        set_words(11, 12);
        current_there = thread_word(current.found());
        bound_there = thread_word(bound.found());
    }).join();
    CHECK(current_there == 11);
    CHECK(bound_there == 12);
    CHECK(thread_word(current.found()) == 0);
}

TEST_CASE("a variable that is not there is not found") {
    set_words(5, 5);
    ThreadWordSearch search(library_storage());
    search.holds(0x77777777);
    search.holds(0x77777777);
    CHECK(search.found() == 0);
}

TEST_CASE("the program's own variables are said to be its own") {
    t_own = 8;
    const ThreadStorage storage = thread_storage_of(reinterpret_cast<const void*>(&library_storage));
    CHECK(storage.in_program);
    const auto own = reinterpret_cast<std::uintptr_t>(&t_own);
    CHECK(own >= storage.begin);
    CHECK(own < storage.begin + storage.bytes);
    CHECK(thread_storage_of(nullptr).bytes == 0);
}
