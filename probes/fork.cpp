// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "fork.h"

#include <pthread.h>
#include <sys/mman.h>

#include "events.h"
#include "thread_life.h"

namespace ftscale::probe {
namespace {

const unsigned char kNotRecorded = 0;
unsigned char g_unwiped = 0;  // where the kernel does not clear pages for us (before 4.14): fork's handlers must do
unsigned char* g_page = nullptr;
void (*g_begin_child)() = nullptr;
std::uint32_t g_forks = 0;

unsigned char* make_page() {
    constexpr std::size_t kBytes = 4096;
    void* page = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return &g_unwiped;
    if (madvise(page, kBytes, MADV_WIPEONFORK) == 0) return static_cast<unsigned char*>(page);
    munmap(page, kBytes);
    return &g_unwiped;
}

void in_parent() {
    __atomic_fetch_add(&g_forks, 1, __ATOMIC_RELAXED);
    ThreadState* state = recordable();
    if (state == nullptr) return;
    const Errno keep;
    const Recording recording(*state);
    write_process_event(*state, format::Event::Fork, 0);
}

void in_child() {
    const Errno keep;
    g_unwiped = 0;
    const bool was_recorded = t_state != nullptr;
    if (g_begin_child == nullptr || !was_recorded) return silence_threads();
    leave_parent();
    g_forks = 0;
    g_begin_child();
}

}  // namespace

const volatile unsigned char* g_is_recorded = &kNotRecorded;

void mark_recorded() {
    if (g_page == nullptr) g_page = make_page();
    *g_page = 1;
    g_is_recorded = g_page;
}

void watch_forks(void (*begin_child)()) {
    g_begin_child = begin_child;
    pthread_atfork(nullptr, in_parent, in_child);
}

std::uint32_t forks() { return __atomic_load_n(&g_forks, __ATOMIC_RELAXED); }

}  // namespace ftscale::probe
