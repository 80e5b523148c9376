// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "fork.h"

#include <pthread.h>

#include "events.h"
#include "thread_life.h"

namespace ftscale::probe {
namespace {

void (*g_begin_child)() = nullptr;
std::uint32_t g_forks = 0;

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
    const bool was_recorded = t_state != nullptr;
    if (g_begin_child == nullptr || !was_recorded) return silence_threads();
    leave_parent();
    g_forks = 0;
    g_begin_child();
}

}  // namespace

void watch_forks(void (*begin_child)()) {
    g_begin_child = begin_child;
    pthread_atfork(nullptr, in_parent, in_child);
}

std::uint32_t unrecorded_forks() { return g_begin_child == nullptr ? __atomic_load_n(&g_forks, __ATOMIC_RELAXED) : 0; }

}  // namespace ftscale::probe
