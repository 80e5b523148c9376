// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A thread's life: registered where pthread_create starts it, so that native threads are seen too, unregistered by a
// key's destructor, so that pthread_exit counts as an end.
#include "thread_life.h"

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
#include "raw_syscall.h"
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
// Of a fork's child, from its parent's thread.
StackBounds g_inherited_bounds;
bool g_inherited_mask_has_signal = false;

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

/// What a new thread is to do; `Routine` is POSIX's or C11's kind of function.
template <typename Routine>
struct Start {
    Routine routine;
    void* argument;
    bool mask_has_signal;  // a thread inherits its creator's signal mask, and with it what the script believes of it
    char name[64];
};

template <typename Routine>
auto run_thread(void* argument) {
    const Start<Routine> start = *static_cast<Start<Routine>*>(argument);
    std::free(argument);
    register_thread(start.name, reinterpret_cast<std::uintptr_t>(start.routine));
    if (t_state != nullptr) t_state->mask_has_signal = start.mask_has_signal;
    return start.routine(start.argument);
}

/// Has `create`, which is given a routine and its argument, make a thread that is recorded.
template <typename Routine, typename Create>
int create_thread(Routine routine, void* argument, Create create) {
    const ThreadState* state = own_state();
    if (state == nullptr) return create(routine, argument);
    const int entry_errno = errno;
    auto* start = static_cast<Start<Routine>*>(std::malloc(sizeof(Start<Routine>)));
    if (start == nullptr) return create(routine, argument);
    *start = {routine, argument, state->mask_has_signal, {}};
    name_of_starting_thread(start->name, sizeof(start->name));
    errno = entry_errno;
    const int result = create(run_thread<Routine>, start);
    if (result != 0) std::free(start);
    return result;
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
    state->bounds = g_inherited_bounds.high != 0 ? g_inherited_bounds : own_stack();
    state->has_name = name[0] != 0;
    state->busy_sp = 0;  // never taken for a frame that is gone
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
    ThreadState* state = own_state();
    if (state == nullptr) return;
    const std::uint64_t began_ns = now_ns();
    state->busy_sp = 0;  // never taken for a frame that is gone
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

void stop_clock_of(ThreadState& state) {
    stop_sampler(state);
    constexpr long kSetBytes = 8;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, sample_signal());
    const timespec at_once{};
    while (raw_syscall(SYS_rt_sigtimedwait, as_argument(&set), 0, as_argument(&at_once), kSetBytes) > 0) {
    }
}

void start_clock_of(ThreadState& state) {
    if (g_engine != nullptr) start_sampler(state);
}

void leave_parent() {
    ThreadState* state = t_state;
    t_state = nullptr;
    close_inherited_clocks();
    const bool is_writing = state->busy != 0;  // a handler that interrupted it has forked
    if (is_writing)
        state->stream.detach();
    else
        state->stream.leave();
    g_inherited_bounds = state->bounds;
    g_inherited_mask_has_signal = state->mask_has_signal;
    g_next_ordinal = 0;
    if (!is_writing) munmap(static_cast<void*>(state), sizeof(ThreadState));
}

void register_child() {
    register_thread("MainThread", 0);
    g_inherited_bounds = {};
    if (t_state != nullptr) t_state->mask_has_signal = g_inherited_mask_has_signal;
}

void silence_threads() {
    // The child's copy of the forking thread's state maps the parent's file: it must not be written to, and need not be
    // freed.
    g_silent = true;
    if (t_state != nullptr && t_state->busy != 0) t_state->stream.detach();
    t_state = nullptr;
    close_inherited_clocks();
    g_stream_file.leave();
}

}  // namespace ftscale::probe

using namespace ftscale::probe;

extern "C" {
#pragma GCC visibility push(default)

int pthread_create(pthread_t* __restrict thread, const pthread_attr_t* __restrict attributes, void* (*routine)(void*),
                   void* __restrict argument) noexcept {
    return create_thread(routine, argument, [=](void* (*run)(void*), void* start) {
        return real().pthread_create(thread, attributes, run, start);
    });
}
int thrd_create(thrd_t* thread, thrd_start_t routine, void* argument) {
    return create_thread(routine, argument,
                         [=](thrd_start_t run, void* start) { return real().thrd_create(thread, run, start); });
}

#pragma GCC visibility pop
}
