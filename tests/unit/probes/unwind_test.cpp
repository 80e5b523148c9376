// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Our unwinder against glibc's, on this program's own stack.
#include "unwind.h"

#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "globals.h"
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

// ---- in a signal handler ----

void walk_in_handler(int, siginfo_t*, void*) { *g_from_library = walk_here(*g_cache); }

/// From where the signal came, as a sample is taken.
void walk_interrupted(int, siginfo_t*, void* argument) {
    auto* context = static_cast<ucontext_t*>(argument);
    Walks& walks = *g_from_library;
    walks.ours = walk(*g_cache, cursor_of(*context), walks.end);
    void* addresses[200];
    const int count = backtrace(addresses, 200);
    for (int i = 0; i < count; ++i) walks.theirs.push_back(reinterpret_cast<std::uintptr_t>(addresses[i]));
    walks.theirs.erase(walks.theirs.begin(), std::find(walks.theirs.begin(), walks.theirs.end(), walks.ours.front()));
#if defined(__aarch64__)
    context->uc_mcontext.pc += 4;  // of its own accord the breakpoint would be hit again
#endif
}

/// Calls nothing, so it may keep its return address in a register.
__attribute__((noinline)) int leaf(int value) {
#if defined(__x86_64__)
    __asm__ volatile("int3");
#else
    __asm__ volatile("brk #0");
#endif
    return value + 1;
}

__attribute__((noinline)) int call_leaf(int value) { return leaf(value) + 1; }

/// What `handler` sees when `cause` makes `signal` happen.
template <typename Cause>
Walks walk_on(int signal, void (*handler)(int, siginfo_t*, void*), Cause cause) {
    auto cache = std::make_unique<UnwindCache>();
    Walks walks;
    g_from_library = &walks;
    g_cache = cache.get();
    struct sigaction action = {}, before = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    sigaction(signal, &action, &before);
    cause();
    sigaction(signal, &before, nullptr);
    return walks;
}

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

TEST_CASE("a signal handler's frames lead to what it interrupted") {
    const Walks walks = walk_on(SIGUSR1, walk_in_handler, [] { raise(SIGUSR1); });
    CHECK(walks.end == StepResult::Outermost);
    CHECK(walks.ours == walks.theirs);
}

TEST_CASE("a function interrupted before it saves anything has its caller") {
    int result = 0;
    const Walks walks = walk_on(SIGTRAP, walk_interrupted, [&result] { result = call_leaf(1); });
    CHECK(result == 3);
    CHECK(walks.end == StepResult::Outermost);
    CHECK(walks.ours == walks.theirs);
    CHECK(walks.ours.size() > 3);
}

#if defined(__aarch64__)
// As hand-written kernels are: no tables, no frame record, a stack of its own.
extern "C" int leaf_without_tables(int value);
__asm__(
    ".text\n.globl leaf_without_tables\nleaf_without_tables:\n"
    "sub sp, sp, #64\nbrk #0\nadd sp, sp, #64\nadd w0, w0, #1\nret\n");

__attribute__((noinline)) int call_leaf_without_tables(int value, std::vector<std::uintptr_t>& frames) {
    volatile char variables[200];
    variables[0] = static_cast<char>(value);
    void* addresses[200];
    const int count = backtrace(addresses, 200);
    for (int i = 1; i < count; ++i) frames.push_back(reinterpret_cast<std::uintptr_t>(addresses[i]));
    return leaf_without_tables(value) + variables[0];
}

TEST_CASE("code without tables has its caller, and the caller its own") {
    std::vector<std::uintptr_t> callers;
    int result = 0;
    const Walks walks = walk_on(SIGTRAP, walk_interrupted, [&] { result = call_leaf_without_tables(1, callers); });
    CHECK(result == 3);
    CHECK(walks.end == StepResult::Outermost);
    REQUIRE(walks.ours.size() == callers.size() + 2);
    CHECK(std::vector(walks.ours.begin() + 2, walks.ours.end()) == callers);
}

TEST_CASE("code without tables is known by its instructions") {
    const auto kind = [](const std::vector<std::uint32_t>& words) {
        alignas(64) std::uint32_t code[8];  // behind a page's end nothing is read
        for (std::size_t i = 0; i < 8; ++i) code[i] = i < words.size() ? words[i] : 0xd503201f;  // nop
        return known_code(reinterpret_cast<std::uintptr_t>(code));
    };
    const std::uint32_t adrp = 0x90000010, load = 0xf9400211, add = 0x91000210, jump = 0xd61f0220, land = 0xd503245f;
    CHECK(kind({adrp, load, add, jump}) == KnownCode::Stub);
    CHECK(kind({load, add, jump}) == KnownCode::Stub);
    CHECK(kind({land, adrp, load, add, jump}) == KnownCode::Stub);
    CHECK(kind({0xd2801168, 0xd4000001}) == KnownCode::SignalReturn);  // mov x8, #139; svc #0
    CHECK(kind({adrp, load, add}) == KnownCode::None);
}

TEST_CASE("a signed return address is stripped, another is left alone") {
    const auto address = reinterpret_cast<std::uintptr_t>(&leaf);
    register std::uintptr_t modifier __asm__("x16") = 16;
    register std::uintptr_t value __asm__("x17") = address;
    __asm__ volatile("hint #8" : "+r"(value) : "r"(modifier));  // PACIA1716, a NOP where the processor has none
    const std::uintptr_t is_signed = value;
    CHECK(strip_signature(is_signed) == address);
    CHECK(strip_signature(address) == address);
}
#endif

#if defined(__x86_64__)
using Evaluator = int (*)(UnwindCache*, Walks*, int);

int walk_below_trampoline(UnwindCache* cache, Walks* walks, int) {
    *walks = walk_here(*cache);
    return 1;
}

/// CPython's trampolines for perf, made at run time: each calls its fourth argument with the others.
TEST_CASE("code made at run time is crossed by what its end says") {
    const std::vector<std::vector<unsigned char>> trampolines = {
        {0x48, 0x83, 0xec, 0x08, 0xff, 0xd1, 0x48, 0x83, 0xc4, 0x08, 0xc3},  // 3.13: sub, call, add, ret
        {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd1, 0x5d, 0xc3}};                   // 3.14: push, mov, call, pop, ret
    g_pid = getpid();
    for (const auto& code : trampolines) {
        void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory != MAP_FAILED);
        std::memcpy(memory, code.data(), code.size());
        REQUIRE(mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0);
        auto cache = std::make_unique<UnwindCache>();
        Walks walks;
        const auto trampoline = reinterpret_cast<int (*)(UnwindCache*, Walks*, int, Evaluator)>(memory);
        CHECK(trampoline(cache.get(), &walks, 0, walk_below_trampoline) == 1);
        CHECK(walks.end == StepResult::Outermost);
        const auto begin = reinterpret_cast<std::uintptr_t>(memory);
        const auto in_trampoline = [&](std::uintptr_t pc) { return pc > begin && pc < begin + code.size(); };
        CHECK(std::count_if(walks.ours.begin(), walks.ours.end(), in_trampoline) == 1);
        munmap(memory, 4096);
    }
}

TEST_CASE("only what an end consists of is taken for one") {
    const auto reads = [](std::vector<std::uint8_t> bytes, std::int32_t& size, std::int32_t& fp) {
        std::uint8_t code[kMostEpilogueBytes] = {};
        std::copy(bytes.begin(), bytes.end(), code);
        return read_epilogue(code, size, fp);
    };
    std::int32_t size = 0, fp = 0;
    CHECK(reads({0xc3}, size, fp));
    CHECK(size == 0);
    CHECK(reads({0x48, 0x83, 0xc4, 0x28, 0x5b, 0x5d, 0x41, 0x5c, 0xc3}, size, fp));  // add, pop rbx rbp r12, ret
    CHECK(size == 0x28 + 24);
    CHECK(fp == 0x28 + 8);
    CHECK_FALSE(reads({0x5c, 0xc3}, size, fp));                    // pop %rsp
    CHECK_FALSE(reads({0x48, 0x83, 0xc4, 0xf8, 0xc3}, size, fp));  // a frame that grows
    CHECK_FALSE(reads({0x90, 0xc3}, size, fp));
    CHECK_FALSE(reads({}, size, fp));
}
#endif

TEST_CASE("nonsense is not followed") {
    auto cache = std::make_unique<UnwindCache>();
    StepResult end;
    Cursor nowhere;
    nowhere.pc = 0x10;
    nowhere.sp = own_bounds().high - 64;
    CHECK(walk(*cache, nowhere, end).size() == 1);
    CHECK(end == StepResult::Lost);
}
