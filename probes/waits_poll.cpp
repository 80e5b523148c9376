// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Waiting for descriptors and for processes.
#include "interruption.h"
#include "real.h"
#include "wait_scope.h"

using namespace ftscale::probe;
using ftscale::format::WaitKind;

namespace {

template <typename Call>
int polling(long descriptor, const Cursor& caller, Call call) {
    return timed<Reports::Errno>(WaitKind::Poll, descriptor, caller, call);
}

/// select() with nothing to wait for is a sleep.
WaitKind kind_of_select(int count) { return count == 0 ? WaitKind::Sleep : WaitKind::Poll; }

}  // namespace

#define FTSCALE_PROCESS_WAIT(target, call)                                        \
    return timed<Reports::Errno>(WaitKind::ProcessWait, target, FTSCALE_CALLER(), \
                                 [=] { return go_on([=] { return real().call; }); })

extern "C" {
#pragma GCC visibility push(default)

int poll(pollfd* fds, nfds_t count, int timeout_ms) {
    return polling(-1, FTSCALE_CALLER(), [=] {
        return go_on_within_ms(timeout_ms, [=](int left_ms) { return real().poll(fds, count, left_ms); });
    });
}
int __poll_chk(pollfd* fds, nfds_t count, int timeout_ms, size_t room) {
    return polling(-1, FTSCALE_CALLER(), [=] {
        return go_on_within_ms(timeout_ms, [=](int left_ms) { return real().__poll_chk(fds, count, left_ms, room); });
    });
}
int ppoll(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    return polling(-1, FTSCALE_CALLER(), [=] {
        return go_on_within(timeout, [=](const timespec* left) { return real().ppoll(fds, count, left, mask); });
    });
}
int __ppoll_chk(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask, size_t room) {
    return polling(-1, FTSCALE_CALLER(), [=] {
        return go_on_within(timeout,
                            [=](const timespec* left) { return real().__ppoll_chk(fds, count, left, mask, room); });
    });
}

// Linux leaves what is left of the time in `timeout`, and the sets alone where it fails.
int select(int count, fd_set* __restrict reads, fd_set* __restrict writes, fd_set* __restrict exceptions,
           timeval* __restrict timeout) {
    return timed<Reports::Errno>(kind_of_select(count), -1, FTSCALE_CALLER(), [=] {
        return go_on([=] { return real().select(count, reads, writes, exceptions, timeout); });
    });
}
int pselect(int count, fd_set* __restrict reads, fd_set* __restrict writes, fd_set* __restrict exceptions,
            const timespec* __restrict timeout, const sigset_t* __restrict mask) {
    return timed<Reports::Errno>(kind_of_select(count), -1, FTSCALE_CALLER(), [=] {
        return go_on_within(timeout, [=](const timespec* left) {
            return real().pselect(count, reads, writes, exceptions, left, mask);
        });
    });
}

int epoll_wait(int fd, epoll_event* events, int count, int timeout_ms) {
    return polling(fd, FTSCALE_CALLER(), [=] {
        return go_on_within_ms(timeout_ms, [=](int left_ms) { return real().epoll_wait(fd, events, count, left_ms); });
    });
}
int epoll_pwait(int fd, epoll_event* events, int count, int timeout_ms, const sigset_t* mask) {
    return polling(fd, FTSCALE_CALLER(), [=] {
        return go_on_within_ms(timeout_ms,
                               [=](int left_ms) { return real().epoll_pwait(fd, events, count, left_ms, mask); });
    });
}
int epoll_pwait2(int fd, epoll_event* events, int count, const timespec* timeout, const sigset_t* mask) {
    return polling(fd, FTSCALE_CALLER(), [=] {
        return go_on_within(timeout,
                            [=](const timespec* left) { return real().epoll_pwait2(fd, events, count, left, mask); });
    });
}

pid_t wait(int* status) { FTSCALE_PROCESS_WAIT(-1, wait(status)); }
pid_t wait3(int* status, int options, rusage* usage) noexcept {
    FTSCALE_PROCESS_WAIT(-1, wait3(status, options, usage));
}
pid_t waitpid(pid_t pid, int* status, int options) { FTSCALE_PROCESS_WAIT(pid, waitpid(pid, status, options)); }
pid_t wait4(pid_t pid, int* status, int options, rusage* usage) noexcept {
    FTSCALE_PROCESS_WAIT(pid, wait4(pid, status, options, usage));
}
int waitid(idtype_t type, id_t id, siginfo_t* status, int options) {
    FTSCALE_PROCESS_WAIT(static_cast<long>(id), waitid(type, id, status, options));
}

#pragma GCC visibility pop
}
