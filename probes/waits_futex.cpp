// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// System calls by number, through libc's syscall(): Rust's std and others wait by raw futex calls; programs are
// executed.
#include <linux/futex.h>
#include <sys/syscall.h>

#include <climits>
#include <cstdarg>

#include "exec.h"
#include "interruption.h"
#include "real.h"
#include "safe_read.h"
#include "wait_scope.h"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef SYS_futex_wake
#define SYS_futex_wake 454
#endif
#ifndef SYS_futex_wait
#define SYS_futex_wait 455
#endif

namespace ftscale::probe {
namespace {

struct SystemCall {
    long number;
    long a[6];
    long operator()() const { return real().syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]); }
    const void* pointer(int i) const { return reinterpret_cast<const void*>(a[i]); }
};

/// The kernel returns at once when the word has changed: that is no wait. Nor is it one where there is no word.
bool will_wait(const void* word, long expected) {
    std::uint32_t value = 0;
    return safe_read(reinterpret_cast<std::uintptr_t>(word), value) && value == static_cast<std::uint32_t>(expected);
}

/// FUTEX_WAIT's time-out is a duration; all others' are deadlines, and the same call again is right.
long wait_for_duration(const SystemCall& call) {
    timespec duration{};
    const bool has_time = call.a[3] != 0 && safe_read(static_cast<std::uintptr_t>(call.a[3]), duration);
    if (!has_time) return go_on(call);
    return go_on_within(&duration, [&call](const timespec* left) {
        SystemCall again = call;
        again.a[3] = reinterpret_cast<long>(left);
        return again();
    });
}

template <typename Call>
long wait_at(const SystemCall& system_call, long expected, const Cursor& caller, Call call) {
    if (recordable() == nullptr || !will_wait(system_call.pointer(0), expected)) return call();
    return wait_on<Reports::Errno>(system_call.pointer(0), format::WaitKind::Futex, caller, call);
}

long wake(const SystemCall& call, const Cursor& caller) {
    ThreadState* state = recordable();
    if (state == nullptr) return call();
    const std::uint64_t time_ns = now_ns();
    const long count = call();
    if (count <= 0) return count;
    const format::Wake wake{static_cast<std::uint16_t>(format::WaitKind::Futex), 0,
                            static_cast<std::uint32_t>(count < UINT_MAX ? count : 0),
                            static_cast<std::uint64_t>(call.a[0]), 0};
    record_wake(*state, wake, caller, time_ns);
    return count;
}

long futex(const SystemCall& call, const Cursor& caller) {
    switch (call.a[1] & FUTEX_CMD_MASK) {
        case FUTEX_WAIT:
            return wait_at(call, call.a[2], caller, [&call] { return wait_for_duration(call); });
        case FUTEX_WAIT_BITSET:
            return wait_at(call, call.a[2], caller, [&call] { return go_on(call); });
        case FUTEX_LOCK_PI:
        case FUTEX_LOCK_PI2:
        case FUTEX_WAIT_REQUEUE_PI:
            return timed<Reports::Errno>(format::WaitKind::Futex, call.a[0], caller, [&call] { return go_on(call); });
        case FUTEX_WAKE:
        case FUTEX_WAKE_BITSET:
            return wake(call, caller);
        default:
            return call();
    }
}

}  // namespace
}  // namespace ftscale::probe

using namespace ftscale::probe;
using ftscale::format::WaitKind;

extern "C" __attribute__((visibility("default"))) long syscall(long number, ...) noexcept {
    va_list arguments;
    va_start(arguments, number);
    SystemCall call{number, {}};
    for (long& argument : call.a) argument = va_arg(arguments, long);
    va_end(arguments);
    if (own_state() == nullptr) return call();
    switch (number) {
        case SYS_futex:
            return futex(call, FTSCALE_CALLER());
        case SYS_futex_waitv:
        case SYS_futex_wait:
            return timed<Reports::Errno>(WaitKind::Futex, number == SYS_futex_wait ? call.a[0] : 0, FTSCALE_CALLER(),
                                         [&call] { return go_on(call); });
        case SYS_futex_wake:
            return wake(call, FTSCALE_CALLER());
        case SYS_execve:
        case SYS_execveat:
            return execute(call);
        default:
            return call();
    }
}
