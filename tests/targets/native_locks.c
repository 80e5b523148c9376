// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What extension modules do: locks of their own around work that holds no GIL. Each function returns the nanoseconds
// that its caller waited.
#include <pthread.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t pool_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t pool_freed = PTHREAD_COND_INITIALIZER;
static int pool_free = 1;
static volatile double result;

static long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

__attribute__((noinline)) void compute(long steps) {
    double x = 1.0;
    for (long i = 0; i < steps; ++i) x = x * 1.0000001 + 0.5;
    result = x;
}

long long with_mutex(long steps) {
    const long long begin_ns = now_ns();
    pthread_mutex_lock(&mutex);
    const long long waited_ns = now_ns() - begin_ns;
    compute(steps);
    pthread_mutex_unlock(&mutex);
    return waited_ns;
}

long long with_rwlock(long steps) {
    const long long begin_ns = now_ns();
    pthread_rwlock_wrlock(&rwlock);
    const long long waited_ns = now_ns() - begin_ns;
    compute(steps);
    pthread_rwlock_unlock(&rwlock);
    return waited_ns;
}

// A pool with one thing in it: who wants it while it is out waits on a condition.
long long with_pool(long steps) {
    const long long begin_ns = now_ns();
    pthread_mutex_lock(&pool_mutex);
    while (!pool_free) pthread_cond_wait(&pool_freed, &pool_mutex);
    pool_free = 0;
    pthread_mutex_unlock(&pool_mutex);
    const long long waited_ns = now_ns() - begin_ns;
    compute(steps);
    pthread_mutex_lock(&pool_mutex);
    pool_free = 1;
    pthread_mutex_unlock(&pool_mutex);
    pthread_cond_signal(&pool_freed);
    return waited_ns;
}
