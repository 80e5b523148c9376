// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What glibc's own words tell of a lock: whether somebody waits for it. Its sources: nptl/pthreadP.h,
// nptl/pthread_mutex_lock.c, nptl/pthread_rwlock_common.c, nptl/pthread_cond_common.c.
#pragma once

#include <linux/futex.h>
#include <pthread.h>

#include <cstdint>

namespace ftscale::probe {

/// The word of an ordinary mutex is 0 when it is free, 1 when it is taken, 2 when somebody waits, too. Robust mutexes
/// and those that inherit priorities hold the owner's id and the kernel's flag instead; those with a priority ceiling
/// hold the ceiling in the upper bits.
inline bool has_waiters(const pthread_mutex_t* mutex) {
    constexpr int kRobust = 16, kInheritsPriority = 32, kHasCeiling = 64;
    constexpr unsigned kCeilingMask = 0xfff80000;
    const auto word = static_cast<unsigned>(__atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED));
    const int kind = mutex->__data.__kind;
    if ((kind & (kRobust | kInheritsPriority)) != 0) return (word & FUTEX_WAITERS) != 0;
    if ((kind & kHasCeiling) != 0) return (word & ~kCeilingMask) > 1;
    return word > 1;
}

inline bool has_waiters(const pthread_rwlock_t* lock) {
    constexpr unsigned kFutexUsed = 2;
    return (__atomic_load_n(&lock->__data.__wrphase_futex, __ATOMIC_RELAXED) & kFutexUsed) != 0 ||
           (__atomic_load_n(&lock->__data.__writers_futex, __ATOMIC_RELAXED) & kFutexUsed) != 0;
}

/// Asked by one who holds the lock: whether others may hold it, too.
inline bool is_held_by_readers(const pthread_rwlock_t* lock) {
    return __atomic_load_n(&lock->__data.__cur_writer, __ATOMIC_RELAXED) == 0;
}

/// The count of waiters stands above three flag bits.
inline std::uint32_t waiter_count(const pthread_cond_t* condition) {
    return __atomic_load_n(&condition->__data.__wrefs, __ATOMIC_RELAXED) >> 3;
}

}  // namespace ftscale::probe
