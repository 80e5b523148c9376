// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A thread's life: registered where pthread_create starts it, so that native threads are seen too, unregistered by a
// key's destructor, so that pthread_exit counts as an end.
#include "threads.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include "counters.h"
#include "events.h"
#include "python_thread_name.h"
#include "real.h"
#include "stack_capture.h"

namespace ftscale::probe {

constinit thread_local ThreadState* t_state __attribute__((tls_model("initial-exec"))) = nullptr;

namespace {

const SamplerEngine* g_engine = nullptr;
std::uint64_t g_period_ns = 0;
const SamplerEngine* g_only_engine = nullptr;  // null: the best that works
std::uint32_t g_sampler_flags = 0;             // of the thread that sampling began in
bool g_silent = false;
std::uint32_t g_next_ordinal = 0;
pthread_key_t g_end_key;
pthread_once_t g_end_key_once = PTHREAD_ONCE_INIT;

StackBounds own_stack() {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
    void* low = nullptr;
    std::size_t bytes = 0;
    pthread_attr_getstack(&attributes, &low, &bytes);
    pthread_attr_destroy(&attributes);
    const auto begin = reinterpret_cast<std::uintptr_t>(low);
    return {begin, begin + bytes};
}

/// What the process's sampler takes may have run out: locked memory, descriptors. A POSIX timer takes neither.
void start_sampler(ThreadState& state) {
    bool is_tried = false;
    for (const SamplerEngine* engine : kSamplerLadder) {
        is_tried = is_tried || engine == g_engine;
        if (!is_tried || (g_only_engine != nullptr && engine != g_only_engine)) continue;
        if (!engine->start(state, g_period_ns)) continue;
        state.sampler = engine;
        break;
    }
    if (state.sampler == nullptr) state.drop(format::DropReason::NotRegistered);
    if (state.sampler == g_engine && state.sampler_flags == g_sampler_flags) return;
    write_thread_sampler(state, state.sampler != nullptr ? state.sampler->kind : format::Sampler::None);
}

void stop_sampler(ThreadState& state) {
    if (state.sampler != nullptr) state.sampler->stop(state);
    state.sampler = nullptr;
}

void make_end_key() {
    pthread_key_create(&g_end_key, [](void*) { unregister_thread(); });
}

struct Start {
    void* (*routine)(void*);
    void* argument;
    bool mask_has_signal;  // a thread inherits its creator's signal mask, and with it what the script believes of it
    char name[64];
};

void* run_thread(void* argument) {
    Start start = *static_cast<Start*>(argument);
    std::free(argument);
    register_thread(start.name, reinterpret_cast<std::uintptr_t>(start.routine));
    if (t_state != nullptr) t_state->mask_has_signal = start.mask_has_signal;
    return start.routine(start.argument);
}

}  // namespace

void register_thread(const char* name, std::uintptr_t start_routine) {
    if (t_state != nullptr || g_silent || !g_stream_file.is_of_this_process()) return;
    const std::uint64_t began_ns = now_ns();
    void* memory =
        mmap(nullptr, sizeof(ThreadState), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return g_stream_file.count_chunkless(1, 0, errno);
    auto* state = static_cast<ThreadState*>(memory);  // zero is the initial value of every field but these
    state->next_code_id = 1;
    state->ordinal = __atomic_fetch_add(&g_next_ordinal, 1, __ATOMIC_RELAXED);
    state->tid = static_cast<std::uint32_t>(gettid());
    state->bounds = own_stack();
    state->has_name = name[0] != 0;
    state->busy = 1;
    write_thread_begin(*state, name, start_routine);
    if (start_routine != 0) write_module_of(*state, start_routine);
    open_counters(*state, g_period_ns, g_only_engine == nullptr || g_only_engine == &kCyclesSampler);
    pthread_once(&g_end_key_once, make_end_key);
    pthread_setspecific(g_end_key, state);
    t_state = state;
    if (g_engine != nullptr) start_sampler(*state);
    state->probe_ns += now_ns() - began_ns;
    state->busy = 0;
}

void unregister_thread() {
    ThreadState* state = t_state;
    if (state == nullptr) return;
    if (!g_stream_file.is_of_this_process()) {  // a child that no fork handler has seen
        t_state = nullptr;
        return;
    }
    const std::uint64_t began_ns = now_ns();
    state->busy = 1;
    stop_sampler(*state);
    write_counter_reading(*state);
    close_counters(*state);
    close_spin(*state);
    state->probe_ns += now_ns() - began_ns;
    // Python's name, given at the start, is better than the kernel's 15 characters.
    char comm[16] = {};
    if (!state->has_name && prctl(PR_GET_NAME, comm) == 0) write_thread_name(*state, comm);
    write_thread_stat(*state);
    write_thread_end(*state);
    t_state = nullptr;
    state->stream.close();
    munmap(static_cast<void*>(state), sizeof(ThreadState));
}

void plan_sampling(std::uint64_t period_ns, const SamplerEngine* only) {
    g_period_ns = period_ns;
    g_only_engine = only;
}

bool start_sampling(const SamplerEngine& engine) {
    ThreadState* state = t_state;
    if (state == nullptr || !engine.start(*state, g_period_ns)) return false;
    state->sampler = g_engine = &engine;
    g_sampler_flags = state->sampler_flags;
    return true;
}

void silence_threads() {
    // The child's copy of the forking thread's state maps the parent's file: it must not be written to, and need not be
    // freed.
    g_silent = true;
    t_state = nullptr;
    close_inherited_clocks();
    g_stream_file.leave();
}

}  // namespace ftscale::probe

using namespace ftscale::probe;

extern "C" __attribute__((visibility("default"))) int pthread_create(pthread_t* thread,
                                                                     const pthread_attr_t* attributes,
                                                                     void* (*routine)(void*), void* argument) noexcept {
    if (t_state == nullptr) return real().pthread_create(thread, attributes, routine, argument);
    auto* start = static_cast<Start*>(std::malloc(sizeof(Start)));
    if (start == nullptr) return real().pthread_create(thread, attributes, routine, argument);
    *start = {routine, argument, t_state->mask_has_signal, {}};
    name_of_starting_thread(start->name, sizeof(start->name));
    const int result = real().pthread_create(thread, attributes, run_thread, start);
    if (result != 0) std::free(start);
    return result;
}
