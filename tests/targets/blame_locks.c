// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Locks of native code, held for given times by several functions. Each notes when it began to wait, when it had the
// lock, and when it let go, on the clock of Python's time.perf_counter().
#include <pthread.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void spin(double seconds) {
    const double end = now_s() + seconds;
    while (now_s() < end) {
    }
}

#define HOLD(function, lock, unlock, which)      \
    void function(double seconds, double* times) { \
        times[0] = now_s();                        \
        lock(&which);                              \
        times[1] = now_s();                        \
        spin(seconds);                             \
        times[2] = now_s();                        \
        unlock(&which);                            \
    }

HOLD(long_mutex, pthread_mutex_lock, pthread_mutex_unlock, mutex)
HOLD(short_mutex, pthread_mutex_lock, pthread_mutex_unlock, mutex)
HOLD(long_rwlock, pthread_rwlock_wrlock, pthread_rwlock_unlock, rwlock)
HOLD(short_rwlock, pthread_rwlock_wrlock, pthread_rwlock_unlock, rwlock)
HOLD(write_rwlock, pthread_rwlock_wrlock, pthread_rwlock_unlock, rwlock)
HOLD(read_rwlock, pthread_rwlock_rdlock, pthread_rwlock_unlock, rwlock)
