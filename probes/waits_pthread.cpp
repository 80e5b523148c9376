// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Conditions, joins, barriers: POSIX's and C11's.
#include "c11_threads.h"
#include "glibc_locks.h"
#include "interruption.h"
#include "real.h"
#include "wait_scope.h"

using namespace ftscale::probe;
using ftscale::format::WaitKind;

namespace {

const void* address_of(pthread_t thread) { return reinterpret_cast<const void*>(thread); }

/// `join` is called where the thread has not ended yet.
template <typename Try, typename Call>
int join_thread(pthread_t thread, const Cursor& caller, Try try_join, Call join) {
    if (own_state() == nullptr) return join();
    if (try_join() == 0) return 0;
    return wait_on<Reports::Code>(address_of(thread), WaitKind::ThreadJoin, caller, join);
}

std::uint32_t waiting_at(const pthread_cond_t* condition) {
    return own_state() != nullptr ? waiter_count(condition) : 0;
}
std::uint32_t one_of(std::uint32_t waiting) { return waiting != 0 ? 1 : 0; }

}  // namespace

extern "C" {
#pragma GCC visibility push(default)

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    return wait_on<Reports::Code>(condition, WaitKind::CondWait, FTSCALE_CALLER(),
                                  [=] { return real().pthread_cond_wait(condition, mutex); });
}
int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* deadline) {
    return wait_on<Reports::Code>(condition, WaitKind::CondTimedWait, FTSCALE_CALLER(),
                                  [=] { return real().pthread_cond_timedwait(condition, mutex, deadline); });
}
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* deadline) {
    return wait_on<Reports::Code>(condition, WaitKind::CondTimedWait, FTSCALE_CALLER(),
                                  [=] { return real().pthread_cond_clockwait(condition, mutex, clock, deadline); });
}
int pthread_cond_signal(pthread_cond_t* condition) noexcept {
    return release_and_record(condition, WaitKind::CondWait, one_of(waiting_at(condition)), FTSCALE_CALLER(),
                              [=] { return real().pthread_cond_signal(condition); });
}
int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
    return release_and_record(condition, WaitKind::CondWait, waiting_at(condition), FTSCALE_CALLER(),
                              [=] { return real().pthread_cond_broadcast(condition); });
}

int cnd_wait(cnd_t* condition, mtx_t* mutex) {
    return c11_code(wait_on<Reports::Code>(condition, WaitKind::CondWait, FTSCALE_CALLER(),
                                           [=] { return real().pthread_cond_wait(posix(condition), posix(mutex)); }));
}
int cnd_timedwait(cnd_t* __restrict condition, mtx_t* __restrict mutex, const timespec* __restrict deadline) {
    return c11_code(wait_on<Reports::Code>(condition, WaitKind::CondTimedWait, FTSCALE_CALLER(), [=] {
        return real().pthread_cond_timedwait(posix(condition), posix(mutex), deadline);
    }));
}
int cnd_signal(cnd_t* condition) {
    return release_and_record(condition, WaitKind::CondWait, one_of(waiting_at(posix(condition))), FTSCALE_CALLER(),
                              [=] { return real().cnd_signal(condition); });
}
int cnd_broadcast(cnd_t* condition) {
    return release_and_record(condition, WaitKind::CondWait, waiting_at(posix(condition)), FTSCALE_CALLER(),
                              [=] { return real().cnd_broadcast(condition); });
}

int pthread_join(pthread_t thread, void** result) {
    return join_thread(
        thread, FTSCALE_CALLER(), [=] { return pthread_tryjoin_np(thread, result); },
        [=] { return real().pthread_join(thread, result); });
}
int pthread_timedjoin_np(pthread_t thread, void** result, const timespec* deadline) {
    return join_thread(
        thread, FTSCALE_CALLER(), [=] { return pthread_tryjoin_np(thread, result); },
        [=] { return real().pthread_timedjoin_np(thread, result, deadline); });
}
int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t clock, const timespec* deadline) {
    const auto join = [=] { return real().pthread_clockjoin_np(thread, result, clock, deadline); };
    if (!is_waitable(clock)) return join();
    return join_thread(
        thread, FTSCALE_CALLER(), [=] { return pthread_tryjoin_np(thread, result); }, join);
}
int thrd_join(thrd_t thread, int* result) {
    return wait_on<Reports::Code>(address_of(thread), WaitKind::ThreadJoin, FTSCALE_CALLER(),
                                  [=] { return real().thrd_join(thread, result); });
}

int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
    return wait_on<Reports::Never>(barrier, WaitKind::BarrierWait, FTSCALE_CALLER(),
                                   [=] { return real().pthread_barrier_wait(barrier); });
}

#pragma GCC visibility pop
}
