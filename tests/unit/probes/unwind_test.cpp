// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Our unwinder against glibc's, on this program's own stack.
#include "unwind.h"

#include <execinfo.h>
#include <pthread.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "support/catch.h"

using namespace ftscale::probe;

namespace {

StackBounds own_bounds() {
    pthread_attr_t attributes;
    pthread_getattr_np(pthread_self(), &attributes);
    void* low = nullptr;
    std::size_t bytes = 0;
    pthread_attr_getstack(&attributes, &low, &bytes);
    pthread_attr_destroy(&attributes);
    return {reinterpret_cast<std::uintptr_t>(low), reinterpret_cast<std::uintptr_t>(low) + bytes};
}

struct Walks {
    std::vector<std::uintptr_t> ours, theirs;
    StepResult end = StepResult::Caller;
};

std::vector<std::uintptr_t> walk(UnwindCache& cache, Cursor cursor, StepResult& end) {
    const StackBounds bounds = own_bounds();
    std::vector<std::uintptr_t> pcs;
    end = StepResult::Caller;
    while (end == StepResult::Caller && pcs.size() < 200) {
        FoundModule module{};
        bool found = false;
        const UnwindRule& rule = cache.find(cursor, module, found);
        pcs.push_back(cursor.pc);
        std::uintptr_t frame_end = 0;
        end = step(cursor, rule, bounds, frame_end);
    }
    return pcs;
}

__attribute__((noinline)) Walks walk_here(UnwindCache& cache) {
    Walks walks;
    walks.ours = walk(cache, FTSCALE_CALLER(), walks.end);
    void* addresses[200];
    const int count = backtrace(addresses, 200);
    for (int i = 0; i < count; ++i) walks.theirs.push_back(reinterpret_cast<std::uintptr_t>(addresses[i]));
    // The innermost of ours is our caller; before it theirs has this function and, under sanitizers, what stands in for
    // backtrace().
    walks.theirs.erase(walks.theirs.begin(), std::find(walks.theirs.begin(), walks.theirs.end(), walks.ours.front()));
    return walks;
}

__attribute__((noinline)) Walks recurse(UnwindCache& cache, int depth) {
    volatile char frame[64];
    frame[0] = static_cast<char>(depth);
    Walks walks = depth == 0 ? walk_here(cache) : recurse(cache, depth - 1);
    frame[1] = frame[0];
    return walks;
}

Walks* g_from_library = nullptr;
UnwindCache* g_cache = nullptr;

int compare_and_walk(const void* a, const void* b) {
    if (g_from_library->ours.empty()) *g_from_library = walk_here(*g_cache);
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

}  // namespace

TEST_CASE("frames of this program are those glibc finds") {
    auto cache = std::make_unique<UnwindCache>();
    const Walks walks = recurse(*cache, 20);
    CHECK(walks.end == StepResult::Outermost);
    CHECK(walks.ours == walks.theirs);
}

TEST_CASE("frames come from the cache the second time and are the same") {
    auto cache = std::make_unique<UnwindCache>();
    for (int i = 0; i < 3; ++i) {
        const Walks walks = recurse(*cache, 5);
        CHECK(walks.ours == walks.theirs);
    }
}

TEST_CASE("frames of a library without frame pointers are crossed") {
    auto cache = std::make_unique<UnwindCache>();
    Walks walks;
    g_from_library = &walks;
    g_cache = cache.get();
    int values[] = {3, 1, 2, 9, 4};
    std::qsort(values, 5, sizeof(int), compare_and_walk);
    CHECK(walks.end == StepResult::Outermost);
    CHECK(walks.ours == walks.theirs);
}

TEST_CASE("nonsense is not followed") {
    auto cache = std::make_unique<UnwindCache>();
    StepResult end;
    Cursor nowhere;
    nowhere.pc = 0x10;
    nowhere.sp = own_bounds().high - 64;
    CHECK(walk(*cache, nowhere, end).size() == 1);
    CHECK(end == StepResult::Lost);
}
