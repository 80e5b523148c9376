// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Blocking system calls: I/O, other processes, sleeps. Whether an I/O call blocks is known only afterwards, so it is
// timed, and recorded when it took long enough to have left the CPU; sleeps always do.
#include "real.h"
#include "wait_scope.h"

namespace ftscale::probe {
namespace {

/// Below this a call is taken for work: it is about what two context switches cost.
constexpr std::uint64_t kBlockedNs = 20'000;

template <typename Call>
auto timed(format::WaitKind kind, long descriptor, const Cursor& caller, Call call) {
    ThreadState* state = t_state;
    if (state == nullptr || state->wait_depth != 0) return call();
    const std::uint64_t begin_ns = now_ns();
    const auto result = call();
    const std::uint64_t end_ns = now_ns();
    if (end_ns - begin_ns < kBlockedNs || t_state == nullptr) return result;
    const int saved_errno = errno;
    {
        const Recording recording(*state);
        close_spin(*state);
        WaitTarget target;
        target.address = static_cast<std::uintptr_t>(descriptor);
        if (keeps_past_event(begin_ns, end_ns) || keeps_event(state->left_out, begin_ns)) {
            write_wait_begin(*state, kind, target, caller, begin_ns);
            write_wait_end(*state, result < 0 ? saved_errno : 0, false, end_ns);
        }
        state->waited_ns += end_ns - begin_ns;
        add_cost(*state, end_ns);
    }
    errno = saved_errno;
    return result;
}

template <typename Call>
auto sleeping(const Cursor& caller, Call call) {
    ThreadState* state = t_state;
    if (state == nullptr) return call();
    return record_wait(*state, format::WaitKind::Sleep, WaitTarget{}, caller, call);
}

}  // namespace
}  // namespace ftscale::probe

using namespace ftscale::probe;
using ftscale::format::WaitKind;

#define FTSCALE_IO(kind, descriptor, call) return timed(kind, descriptor, FTSCALE_CALLER(), [=] { return real().call; })

extern "C" {
#pragma GCC visibility push(default)

ssize_t read(int fd, void* buffer, size_t count) { FTSCALE_IO(WaitKind::Read, fd, read(fd, buffer, count)); }
ssize_t pread(int fd, void* buffer, size_t count, off_t offset) {
    FTSCALE_IO(WaitKind::Read, fd, pread(fd, buffer, count, offset));
}
ssize_t pread64(int fd, void* buffer, size_t count, off_t offset) {
    FTSCALE_IO(WaitKind::Read, fd, pread(fd, buffer, count, offset));
}
ssize_t readv(int fd, const iovec* parts, int count) { FTSCALE_IO(WaitKind::Read, fd, readv(fd, parts, count)); }
ssize_t recv(int fd, void* buffer, size_t count, int flags) {
    FTSCALE_IO(WaitKind::Read, fd, recv(fd, buffer, count, flags));
}
ssize_t recvfrom(int fd, void* buffer, size_t count, int flags, sockaddr* address, socklen_t* length) {
    FTSCALE_IO(WaitKind::Read, fd, recvfrom(fd, buffer, count, flags, address, length));
}
ssize_t recvmsg(int fd, msghdr* message, int flags) { FTSCALE_IO(WaitKind::Read, fd, recvmsg(fd, message, flags)); }

ssize_t write(int fd, const void* buffer, size_t count) { FTSCALE_IO(WaitKind::Write, fd, write(fd, buffer, count)); }
ssize_t pwrite(int fd, const void* buffer, size_t count, off_t offset) {
    FTSCALE_IO(WaitKind::Write, fd, pwrite(fd, buffer, count, offset));
}
ssize_t pwrite64(int fd, const void* buffer, size_t count, off_t offset) {
    FTSCALE_IO(WaitKind::Write, fd, pwrite(fd, buffer, count, offset));
}
ssize_t writev(int fd, const iovec* parts, int count) { FTSCALE_IO(WaitKind::Write, fd, writev(fd, parts, count)); }
ssize_t send(int fd, const void* buffer, size_t count, int flags) {
    FTSCALE_IO(WaitKind::Write, fd, send(fd, buffer, count, flags));
}
ssize_t sendto(int fd, const void* buffer, size_t count, int flags, const sockaddr* address, socklen_t length) {
    FTSCALE_IO(WaitKind::Write, fd, sendto(fd, buffer, count, flags, address, length));
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    FTSCALE_IO(WaitKind::Write, fd, sendmsg(fd, message, flags));
}
ssize_t sendfile(int to, int from, off_t* offset, size_t count) {
    FTSCALE_IO(WaitKind::Write, to, sendfile(to, from, offset, count));
}
ssize_t sendfile64(int to, int from, off_t* offset, size_t count) {
    FTSCALE_IO(WaitKind::Write, to, sendfile(to, from, offset, count));
}

int accept(int fd, sockaddr* address, socklen_t* length) {
    FTSCALE_IO(WaitKind::Accept, fd, accept(fd, address, length));
}
int accept4(int fd, sockaddr* address, socklen_t* length, int flags) {
    FTSCALE_IO(WaitKind::Accept, fd, accept4(fd, address, length, flags));
}
int connect(int fd, const sockaddr* address, socklen_t length) {
    FTSCALE_IO(WaitKind::Connect, fd, connect(fd, address, length));
}

int poll(pollfd* fds, nfds_t count, int timeout) { FTSCALE_IO(WaitKind::Poll, -1, poll(fds, count, timeout)); }
int ppoll(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    FTSCALE_IO(WaitKind::Poll, -1, ppoll(fds, count, timeout, mask));
}
int select(int count, fd_set* reads, fd_set* writes, fd_set* exceptions, timeval* timeout) {
    FTSCALE_IO(count == 0 ? WaitKind::Sleep : WaitKind::Poll, -1, select(count, reads, writes, exceptions, timeout));
}
int epoll_wait(int fd, epoll_event* events, int count, int timeout) {
    FTSCALE_IO(WaitKind::Poll, fd, epoll_wait(fd, events, count, timeout));
}
int epoll_pwait(int fd, epoll_event* events, int count, int timeout, const sigset_t* mask) {
    FTSCALE_IO(WaitKind::Poll, fd, epoll_pwait(fd, events, count, timeout, mask));
}

pid_t waitpid(pid_t pid, int* status, int options) {
    FTSCALE_IO(WaitKind::ProcessWait, pid, waitpid(pid, status, options));
}
pid_t wait4(pid_t pid, int* status, int options, rusage* usage) {
    FTSCALE_IO(WaitKind::ProcessWait, pid, wait4(pid, status, options, usage));
}
int waitid(idtype_t type, id_t id, siginfo_t* status, int options) {
    FTSCALE_IO(WaitKind::ProcessWait, static_cast<long>(id), waitid(type, id, status, options));
}

int fsync(int fd) { FTSCALE_IO(WaitKind::FileSync, fd, fsync(fd)); }
int fdatasync(int fd) { FTSCALE_IO(WaitKind::FileSync, fd, fdatasync(fd)); }
int flock(int fd, int operation) { FTSCALE_IO(WaitKind::FileLock, fd, flock(fd, operation)); }

int nanosleep(const timespec* duration, timespec* rest) {
    return sleeping(FTSCALE_CALLER(), [=] { return real().nanosleep(duration, rest); });
}
int clock_nanosleep(clockid_t clock, int flags, const timespec* duration, timespec* rest) {
    return sleeping(FTSCALE_CALLER(), [=] { return real().clock_nanosleep(clock, flags, duration, rest); });
}
int usleep(useconds_t microseconds) {
    return sleeping(FTSCALE_CALLER(), [=] { return real().usleep(microseconds); });
}

#pragma GCC visibility pop
}
