// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Mutexes and read-write locks, POSIX's and C11's: locks of extension modules (std::mutex, Rust's std), the GIL when it
// is on. Each first tries what would not block, then records. Unlocking records only when glibc's own words say that
// somebody waits.
#include "c11_threads.h"
#include "glibc_locks.h"
#include "interruption.h"
#include "real.h"
#include "wait_scope.h"

using namespace ftscale::probe;
using ftscale::format::WaitKind;

namespace {

/// `lock` is called where `try_lock` finds the mutex taken. Errors that trying does not know of are left to `lock`.
template <typename Call, typename Try>
int lock_mutex(const void* mutex, WaitKind kind, const Cursor& caller, Try try_lock, Call lock) {
    if (own_state() == nullptr) return lock();
    const int tried = try_lock();
    if (tried == 0) return 0;
    if (tried != EBUSY) return tried == EINVAL ? lock() : tried;
    return wait_on<Reports::Code>(mutex, kind, caller, lock);
}

template <typename Call>
int lock_mutex(pthread_mutex_t* mutex, const Cursor& caller, Call lock) {
    return lock_mutex(
        mutex, WaitKind::MutexLock, caller, [=] { return pthread_mutex_trylock(mutex); }, lock);
}

template <typename Call>
int lock_to_read(pthread_rwlock_t* lock, const Cursor& caller, Call call) {
    if (own_state() == nullptr) return call();
    if (pthread_rwlock_tryrdlock(lock) == 0) return 0;
    return wait_on<Reports::Code>(lock, WaitKind::RwlockRead, caller, call);
}

template <typename Call>
int lock_to_write(pthread_rwlock_t* lock, const Cursor& caller, Call call) {
    if (own_state() == nullptr) return call();
    if (pthread_rwlock_trywrlock(lock) == 0) return 0;
    return wait_on<Reports::Code>(lock, WaitKind::RwlockWrite, caller, call);
}

/// A deadline that is none is refused even where the lock is free.
bool may_try(clockid_t clock, const timespec* deadline) {
    return is_waitable(clock) && deadline->tv_nsec >= 0 && deadline->tv_nsec < 1'000'000'000;
}

}  // namespace

extern "C" {
#pragma GCC visibility push(default)

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    return lock_mutex(mutex, FTSCALE_CALLER(), [=] { return real().pthread_mutex_lock(mutex); });
}
int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) noexcept {
    return lock_mutex(mutex, FTSCALE_CALLER(), [=] { return real().pthread_mutex_timedlock(mutex, deadline); });
}
int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* deadline) noexcept {
    const auto lock = [=] { return real().pthread_mutex_clocklock(mutex, clock, deadline); };
    if (!is_waitable(clock)) return lock();
    return lock_mutex(mutex, FTSCALE_CALLER(), lock);
}
int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
    const bool waiting = own_state() != nullptr && has_waiters(mutex);
    return release_and_record(mutex, WaitKind::MutexLock, waiting ? 1 : 0, FTSCALE_CALLER(),
                              [=] { return real().pthread_mutex_unlock(mutex); });
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
    return lock_to_read(lock, FTSCALE_CALLER(), [=] { return real().pthread_rwlock_rdlock(lock); });
}
int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* deadline) noexcept {
    const auto call = [=] { return real().pthread_rwlock_timedrdlock(lock, deadline); };
    return may_try(CLOCK_REALTIME, deadline) ? lock_to_read(lock, FTSCALE_CALLER(), call) : call();
}
int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock, const timespec* deadline) noexcept {
    const auto call = [=] { return real().pthread_rwlock_clockrdlock(lock, clock, deadline); };
    return may_try(clock, deadline) ? lock_to_read(lock, FTSCALE_CALLER(), call) : call();
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
    return lock_to_write(lock, FTSCALE_CALLER(), [=] { return real().pthread_rwlock_wrlock(lock); });
}
int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* deadline) noexcept {
    const auto call = [=] { return real().pthread_rwlock_timedwrlock(lock, deadline); };
    return may_try(CLOCK_REALTIME, deadline) ? lock_to_write(lock, FTSCALE_CALLER(), call) : call();
}
int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock, const timespec* deadline) noexcept {
    const auto call = [=] { return real().pthread_rwlock_clockwrlock(lock, clock, deadline); };
    return may_try(clock, deadline) ? lock_to_write(lock, FTSCALE_CALLER(), call) : call();
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
    const bool waiting = own_state() != nullptr && has_waiters(lock);
    const auto unlock = [=] { return real().pthread_rwlock_unlock(lock); };
    const bool by_reader = waiting && is_held_by_readers(lock);
    return release_and_record(lock, WaitKind::RwlockWrite, waiting ? 1 : 0, FTSCALE_CALLER(), unlock,
                              static_cast<std::uint16_t>(by_reader ? ftscale::format::kByReader : 0));
}

int mtx_lock(mtx_t* mutex) {
    return c11_code(
        lock_mutex(posix(mutex), FTSCALE_CALLER(), [=] { return real().pthread_mutex_lock(posix(mutex)); }));
}
int mtx_timedlock(mtx_t* __restrict mutex, const timespec* __restrict deadline) {
    return c11_code(lock_mutex(posix(mutex), FTSCALE_CALLER(),
                               [=] { return real().pthread_mutex_timedlock(posix(mutex), deadline); }));
}
int mtx_unlock(mtx_t* mutex) {
    const bool waiting = own_state() != nullptr && has_waiters(posix(mutex));
    return release_and_record(mutex, WaitKind::MutexLock, waiting ? 1 : 0, FTSCALE_CALLER(),
                              [=] { return real().mtx_unlock(mutex); });
}

#pragma GCC visibility pop
}
