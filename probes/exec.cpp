// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "exec.h"

#include <alloca.h>

#include <cstdarg>

#include "counters.h"
#include "events.h"
#include "fork.h"
#include "globals.h"
#include "raw_syscall.h"
#include "real.h"
#include "sampler.h"
#include "signal_path.h"
#include "signals.h"
#include "thread_life.h"

namespace ftscale::probe {
namespace {

/// Not so in a child made by vfork, which has its parent's memory, but neither its clocks nor its signals.
ThreadState* state_of_this_process() {
    ThreadState* state = own_state();
    return state != nullptr && raw_syscall(SYS_getpid) == g_pid ? state : nullptr;
}

/// The thread's totals are written, too: nobody comes back to write them. Written even where a handler has interrupted
/// a record: it is not gone on with unless execution fails.
void write_exec(ThreadState& state, std::int32_t failed) {
    if (is_busy(state, reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)))) return;
    const Recording recording(state);
    close_spin(state);
    write_process_stat(state, unrecorded_forks());
    write_process_event(state, format::Event::Exec, failed);
    write_counter_reading(state);
    write_thread_stat(state);
}

void restart_clock(ThreadState& state) {
    const Recording recording(state);
    start_clock_of(state);
}

}  // namespace

ExecScope::ExecScope() : state_(state_of_this_process()) {
    if (state_ == nullptr) return;
    const Errno keep;
    write_exec(*state_, 0);
    if (!has_sample_handler()) return;
    block_sample_signal(true);
    stop_clock_of(*state_);
    if (g_script_action.sa_handler == SIG_IGN) real().sigaction(sample_signal(), &g_script_action, nullptr);
    if (!state_->mask_has_signal) block_sample_signal(false);
}

ExecScope::~ExecScope() {
    if (state_ == nullptr) return;
    const Errno keep;
    if (has_sample_handler()) {
        if (g_script_action.sa_handler == SIG_IGN) restore_sample_handler();
        restart_clock(*state_);
        block_sample_signal(false);
    }
    write_exec(*state_, 1);
}

namespace {

/// Copies the arguments of a call like execl to `out`, the null behind them included; counts them where `out` is null.
std::size_t collect(const char* first, va_list& arguments, char** out) {
    std::size_t count = 0;
    for (const char* word = first;; word = va_arg(arguments, const char*)) {
        if (out != nullptr) out[count] = const_cast<char*>(word);
        ++count;
        if (word == nullptr) return count;
    }
}

}  // namespace
}  // namespace ftscale::probe

using namespace ftscale::probe;

// As glibc does, on the stack: this may be the child of a vfork.
#define FTSCALE_COLLECT(words, first)                                                                   \
    va_list counted;                                                                                    \
    va_start(counted, first);                                                                           \
    auto** const words = static_cast<char**>(alloca(collect(first, counted, nullptr) * sizeof(char*))); \
    va_end(counted);                                                                                    \
    va_list arguments;                                                                                  \
    va_start(arguments, first);                                                                         \
    collect(first, arguments, words)

extern "C" {
#pragma GCC visibility push(default)

int execve(const char* path, char* const* words, char* const* variables) noexcept {
    return execute([=] { return real().execve(path, words, variables); });
}
int execv(const char* path, char* const* words) noexcept {
    return execute([=] { return real().execv(path, words); });
}
int execvp(const char* name, char* const* words) noexcept {
    return execute([=] { return real().execvp(name, words); });
}
int execvpe(const char* name, char* const* words, char* const* variables) noexcept {
    return execute([=] { return real().execvpe(name, words, variables); });
}
int fexecve(int fd, char* const* words, char* const* variables) noexcept {
    return execute([=] { return real().fexecve(fd, words, variables); });
}
int execveat(int folder, const char* path, char* const* words, char* const* variables, int flags) noexcept {
    return execute([=] { return real().execveat(folder, path, words, variables, flags); });
}
int execl(const char* path, const char* first, ...) noexcept {
    FTSCALE_COLLECT(words, first);
    va_end(arguments);
    return execute([=] { return real().execv(path, words); });
}
int execlp(const char* name, const char* first, ...) noexcept {
    FTSCALE_COLLECT(words, first);
    va_end(arguments);
    return execute([=] { return real().execvp(name, words); });
}
int execle(const char* path, const char* first, ...) noexcept {
    FTSCALE_COLLECT(words, first);
    char* const* const variables = va_arg(arguments, char* const*);
    va_end(arguments);
    return execute([=] { return real().execve(path, words, variables); });
}

#pragma GCC visibility pop
}
