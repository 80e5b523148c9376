// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// pthread primitives and raw futexes: locks of extension modules (std::mutex, Rust's std), the GIL when it is on,
// joins. Each first tries what would not block, then records. Unlocking records only when glibc's own words say that
// somebody waits.
#include <linux/futex.h>
#include <sys/syscall.h>

#include <climits>
#include <cstdarg>

#include "real.h"
#include "wait_scope.h"

namespace ftscale::probe {
namespace {

template <typename Call>
auto wait_on(const void* address, format::WaitKind kind, const Cursor& caller, Call call) {
    ThreadState* state = t_state;
    if (state == nullptr) return call();
    WaitTarget target;
    target.address = reinterpret_cast<std::uintptr_t>(address);
    return record_wait(*state, kind, target, caller, call);
}

void woke(const void* address, format::WaitKind kind, std::uint32_t count, const Cursor& caller,
          std::uint64_t time_ns) {
    const format::Wake wake{static_cast<std::uint16_t>(kind), 0, count, reinterpret_cast<std::uint64_t>(address), 0};
    record_wake(*t_state, wake, caller, time_ns);
}

/// glibc: 0 free, 1 taken, 2 taken and somebody waits.
bool has_waiters(const pthread_mutex_t* mutex) {
    return t_state != nullptr && __atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED) > 1;
}

bool has_waiters(const pthread_rwlock_t* lock) {
    constexpr unsigned kFutexUsed = 2;
    return t_state != nullptr &&
           ((__atomic_load_n(&lock->__data.__wrphase_futex, __ATOMIC_RELAXED) & kFutexUsed) != 0 ||
            (__atomic_load_n(&lock->__data.__writers_futex, __ATOMIC_RELAXED) & kFutexUsed) != 0);
}

/// The count of waiters stands above three flag bits.
std::uint32_t waiter_count(const pthread_cond_t* condition) {
    return t_state != nullptr ? __atomic_load_n(&condition->__data.__wrefs, __ATOMIC_RELAXED) >> 3 : 0;
}

/// Runs `release`, which lets waiters of `address` go, and records it when there were any.
template <typename Release>
int release_and_record(const void* address, format::WaitKind kind, std::uint32_t count, const Cursor& caller,
                       Release release) {
    if (count == 0) return release();
    const std::uint64_t time_ns = now_ns();
    const int result = release();
    if (t_state != nullptr) woke(address, kind, count, caller, time_ns);
    return result;
}

}  // namespace
}  // namespace ftscale::probe

using namespace ftscale::probe;
using ftscale::format::WaitKind;

extern "C" {
#pragma GCC visibility push(default)

int pthread_mutex_lock(pthread_mutex_t* mutex) {
    if (t_state == nullptr) return real().pthread_mutex_lock(mutex);
    const int tried = pthread_mutex_trylock(mutex);
    if (tried != EBUSY) return tried == 0 ? 0 : tried == EINVAL ? real().pthread_mutex_lock(mutex) : tried;
    return wait_on(mutex, WaitKind::MutexLock, FTSCALE_CALLER(), [=] { return real().pthread_mutex_lock(mutex); });
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) {
    if (!has_waiters(mutex)) return real().pthread_mutex_unlock(mutex);
    return release_and_record(mutex, WaitKind::MutexLock, 1, FTSCALE_CALLER(),
                              [=] { return real().pthread_mutex_unlock(mutex); });
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
    if (t_state == nullptr) return real().pthread_rwlock_rdlock(lock);
    if (pthread_rwlock_tryrdlock(lock) == 0) return 0;
    return wait_on(lock, WaitKind::RwlockRead, FTSCALE_CALLER(), [=] { return real().pthread_rwlock_rdlock(lock); });
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
    if (t_state == nullptr) return real().pthread_rwlock_wrlock(lock);
    if (pthread_rwlock_trywrlock(lock) == 0) return 0;
    return wait_on(lock, WaitKind::RwlockWrite, FTSCALE_CALLER(), [=] { return real().pthread_rwlock_wrlock(lock); });
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) {
    if (!has_waiters(lock)) return real().pthread_rwlock_unlock(lock);
    return release_and_record(lock, WaitKind::RwlockWrite, 1, FTSCALE_CALLER(),
                              [=] { return real().pthread_rwlock_unlock(lock); });
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    return wait_on(condition, WaitKind::CondWait, FTSCALE_CALLER(),
                   [=] { return real().pthread_cond_wait(condition, mutex); });
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* deadline) {
    return wait_on(condition, WaitKind::CondTimedWait, FTSCALE_CALLER(),
                   [=] { return real().pthread_cond_timedwait(condition, mutex, deadline); });
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* deadline) {
    return wait_on(condition, WaitKind::CondTimedWait, FTSCALE_CALLER(),
                   [=] { return real().pthread_cond_clockwait(condition, mutex, clock, deadline); });
}

int pthread_cond_signal(pthread_cond_t* condition) {
    const std::uint32_t waiting = waiter_count(condition) != 0 ? 1 : 0;
    return release_and_record(condition, WaitKind::CondWait, waiting, FTSCALE_CALLER(),
                              [=] { return real().pthread_cond_signal(condition); });
}

int pthread_cond_broadcast(pthread_cond_t* condition) {
    return release_and_record(condition, WaitKind::CondWait, waiter_count(condition), FTSCALE_CALLER(),
                              [=] { return real().pthread_cond_broadcast(condition); });
}

int pthread_join(pthread_t thread, void** result) {
    if (t_state == nullptr) return real().pthread_join(thread, result);
    if (pthread_tryjoin_np(thread, result) == 0) return 0;
    return wait_on(reinterpret_cast<void*>(thread), WaitKind::ThreadJoin, FTSCALE_CALLER(),
                   [=] { return real().pthread_join(thread, result); });
}

int pthread_barrier_wait(pthread_barrier_t* barrier) {
    return wait_on(barrier, WaitKind::BarrierWait, FTSCALE_CALLER(),
                   [=] { return real().pthread_barrier_wait(barrier); });
}

// Rust's std and others wait by raw futex calls.
long syscall(long number, ...) {
    va_list arguments;
    va_start(arguments, number);
    long a[6];
    for (long& argument : a) argument = va_arg(arguments, long);
    va_end(arguments);
    const auto call = [=] { return real().syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]); };
    if (number != SYS_futex || t_state == nullptr) return call();
    const auto* address = reinterpret_cast<const void*>(a[0]);
    switch (a[1] & FUTEX_CMD_MASK) {
        case FUTEX_WAIT:
        case FUTEX_WAIT_BITSET:
            // The kernel returns at once when the word has changed: that is no wait.
            if (__atomic_load_n(reinterpret_cast<const int*>(a[0]), __ATOMIC_RELAXED) != static_cast<int>(a[2]))
                return call();
            return wait_on(address, WaitKind::Futex, FTSCALE_CALLER(), call);
        case FUTEX_WAKE:
        case FUTEX_WAKE_BITSET: {
            const std::uint64_t time_ns = now_ns();
            const long count = call();
            if (count > 0)
                woke(address, WaitKind::Futex, static_cast<std::uint32_t>(count < UINT_MAX ? count : 0),
                     FTSCALE_CALLER(), time_ns);
            return count;
        }
        default:
            return call();
    }
}

#pragma GCC visibility pop
}
