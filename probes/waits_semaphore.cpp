// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Semaphores: where all of CPython's own locks end on Linux. A PyMutex, an event, a stopped world: each waits in the
// parking lot on a semaphore that is a local variable of the waiter; in 3.13 RLock, and up to 3.14 PyThread_type_lock,
// is a semaphore itself.
#include <cstring>

#include "interruption.h"
#include "real.h"
#include "wait_scope.h"

namespace ftscale::probe {
namespace {

// struct wait_entry { void* park_arg; uintptr_t addr; sem_t sema; ... } in Python/parking_lot.c, the same in 3.13, 3.14
// and 3.15.
constexpr std::uintptr_t kLockBeforeSemaphore = 8, kParkArgumentBeforeSemaphore = 16;
// struct mutex_entry { PyTime_t time_to_be_fair; int handed_off; } in Python/lock.c: the park argument of a PyMutex.
constexpr std::uint64_t kTimeToBeFairNs = 1'000'000;
constexpr std::uint64_t kLongestWaitNs = std::uint64_t{7 * 24 * 3600} * 1'000'000'000;

template <typename T>
T at(std::uintptr_t address) {
    T value;
    std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof(T));
    return value;
}

struct SemaphoreWait {
    WaitTarget target;
    std::uintptr_t mutex_entry = 0;  // 0: not a PyMutex
};

SemaphoreWait describe(const ThreadState& state, const sem_t* semaphore) {
    SemaphoreWait wait;
    const auto address = reinterpret_cast<std::uintptr_t>(semaphore);
    wait.target.address = address;
    wait.target.on_own_stack =
        state.bounds.contains(address - kParkArgumentBeforeSemaphore, kParkArgumentBeforeSemaphore + sizeof(sem_t));
    if (!wait.target.on_own_stack) return wait;
    wait.target.lock_address = at<std::uintptr_t>(address - kLockBeforeSemaphore);
    const auto argument = at<std::uintptr_t>(address - kParkArgumentBeforeSemaphore);
    if (!state.bounds.contains(argument, 16)) return wait;
    // SimpleQueue.get parks with a pointer to something else: believe only a time in the recent past.
    const std::uint64_t entered = at<std::uint64_t>(argument) - kTimeToBeFairNs, now = now_ns();
    if (entered > now || now - entered > kLongestWaitNs) return wait;
    wait.target.entered_ns = entered;
    wait.mutex_entry = argument;
    return wait;
}

/// What a call does before it looks whether the semaphore is free, as glibc's does.
struct Before {
    bool is_refused = false;            // something is wrong with the other arguments
    bool is_cancellation_point = true;  // even if the semaphore is free
};

template <typename Call>
int wait_for(sem_t* semaphore, format::WaitKind kind, Before before, const Cursor& caller, Call call) {
    ThreadState* state = before.is_refused ? nullptr : recordable();
    if (state == nullptr) return call();
    const int entry_errno = errno;
    if (before.is_cancellation_point) pthread_testcancel();
    // An uncontended acquisition is none of our business, and costs one atomic operation more.
    if (sem_trywait(semaphore) == 0) return 0;
    errno = entry_errno;
    const SemaphoreWait wait = describe(*state, semaphore);
    const auto handed_off = [&wait] { return wait.mutex_entry != 0 && at<int>(wait.mutex_entry + 8) != 0; };
    return record_wait<Reports::Errno>(*state, kind, wait.target, caller, call, handed_off);
}

/// How many threads wait: glibc's 64-bit sem_t keeps {value, waiters} in one word. Most posts in 3.13 (RLock.release)
/// wake nobody.
std::uint32_t waiters(const sem_t* semaphore) {
    std::uint64_t word;
    __atomic_load(reinterpret_cast<const std::uint64_t*>(semaphore), &word, __ATOMIC_RELAXED);
    return static_cast<std::uint32_t>(word >> 32);
}

/// Only for semaphores someone waits on. A semaphore at the start of a page (multiprocessing's) may have nothing before
/// it.
std::uintptr_t lock_before(const sem_t* semaphore) {
    const auto address = reinterpret_cast<std::uintptr_t>(semaphore);
    return address % 4096 >= kLockBeforeSemaphore ? at<std::uintptr_t>(address - kLockBeforeSemaphore) : 0;
}

}  // namespace
}  // namespace ftscale::probe

using namespace ftscale::probe;  // the interposed functions below are in the global namespace by nature
using ftscale::format::WaitKind;

extern "C" {
#pragma GCC visibility push(default)

int sem_wait(sem_t* semaphore) {
    return wait_for(semaphore, WaitKind::SemWait, {}, FTSCALE_CALLER(),
                    [=] { return go_on([=] { return real().sem_wait(semaphore); }); });
}

int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
    return wait_for(semaphore, WaitKind::SemTimedWait, {!is_valid(*deadline)}, FTSCALE_CALLER(),
                    [=] { return go_on([=] { return real().sem_timedwait(semaphore, deadline); }); });
}

int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* deadline) {
    return wait_for(semaphore, WaitKind::SemTimedWait, {!is_valid(*deadline) || !is_waitable(clock), false},
                    FTSCALE_CALLER(),
                    [=] { return go_on([=] { return real().sem_clockwait(semaphore, clock, deadline); }); });
}

int sem_post(sem_t* semaphore) noexcept {
    const std::uint32_t waiting = own_state() != nullptr ? waiters(semaphore) : 0;
    ThreadState* state = waiting != 0 ? recordable() : nullptr;
    if (state == nullptr) return real().sem_post(semaphore);
    // What stands beside the semaphore is the waiter's, and gone as soon as it is woken: read first, then post, then
    // take our time.
    const ftscale::format::Wake wake{static_cast<std::uint16_t>(WaitKind::SemWait), 0, waiting,
                                     reinterpret_cast<std::uint64_t>(semaphore), lock_before(semaphore)};
    const std::uint64_t time_ns = now_ns();
    const int result = real().sem_post(semaphore);
    record_wake(*state, wake, FTSCALE_CALLER(), time_ns);
    return result;
}

#pragma GCC visibility pop
}
