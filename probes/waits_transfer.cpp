// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Input and output. Fortified programs call functions of other names (__read_chk), which check a size first.
#include <cstdarg>

#include "real.h"
#include "transfers.h"
#include "wait_scope.h"

using namespace ftscale::probe;
using ftscale::format::WaitKind;

namespace {

template <typename Call>
auto reading(int fd, const Cursor& caller, Call call) {
    return timed<Reports::Errno>(WaitKind::Read, fd, caller, call);
}
template <typename Call>
auto writing(int fd, const Cursor& caller, Call call) {
    return timed<Reports::Errno>(WaitKind::Write, fd, caller, call);
}

// A short result is the usual one of a receive, unless all was asked for.
bool wants_all(int flags) { return (flags & MSG_WAITALL) != 0 && (flags & MSG_DONTWAIT) == 0; }

/// `first` makes the call that was asked for; what it leaves is received plainly.
template <typename First>
ssize_t receive(int fd, void* buffer, std::size_t count, int flags, First first) {
    const SignalsSince since;
    const ssize_t result = go_on_at_socket(fd, SO_RCVTIMEO, first);
    if (!wants_all(flags)) return result;
    return finish(result, count, fd, since, [=](std::size_t done) {
        return real().recv(fd, static_cast<char*>(buffer) + done, count - done, flags);
    });
}

template <typename First>
ssize_t send_all(int fd, const void* buffer, std::size_t count, int flags, First first) {
    const SignalsSince since;
    const ssize_t result = go_on_at_socket(fd, SO_SNDTIMEO, first);
    if ((flags & MSG_DONTWAIT) != 0) return result;
    return finish(result, count, fd, since, [=](std::size_t done) {
        return real().send(fd, static_cast<const char*>(buffer) + done, count - done, flags);
    });
}

ssize_t receive_message(int fd, msghdr* message, int flags) {
    const SignalsSince since;
    const ssize_t result = go_on_at_socket(fd, SO_RCVTIMEO, [=] { return real().recvmsg(fd, message, flags); });
    if (!wants_all(flags)) return result;
    const Pieces pieces{message->msg_iov, message->msg_iovlen};
    return finish(result, pieces.bytes(), fd, since, [&](std::size_t done) {
        const iovec rest = pieces.at(done);
        return real().recv(fd, rest.iov_base, rest.iov_len, flags);
    });
}

/// What the first call leaves goes without its address and control data, as the kernel would have sent it.
ssize_t send_message(int fd, const msghdr* message, int flags) {
    const SignalsSince since;
    const ssize_t result = go_on_at_socket(fd, SO_SNDTIMEO, [=] { return real().sendmsg(fd, message, flags); });
    if (result < 0 || (flags & MSG_DONTWAIT) != 0) return result;
    const Pieces pieces{message->msg_iov, message->msg_iovlen};
    return finish(result, pieces.bytes(), fd, since, [&](std::size_t done) {
        const iovec rest = pieces.at(done);
        return real().send(fd, rest.iov_base, rest.iov_len, flags);
    });
}

ssize_t write_all(int fd, const void* buffer, std::size_t count) {
    const SignalsSince since;
    const ssize_t result = go_on_at_socket(fd, SO_SNDTIMEO, [=] { return real().write(fd, buffer, count); });
    return finish(result, count, fd, since, [=](std::size_t done) {
        return real().write(fd, static_cast<const char*>(buffer) + done, count - done);
    });
}

ssize_t write_pieces(int fd, const iovec* parts, int count) {
    const SignalsSince since;
    const ssize_t result = go_on_at_socket(fd, SO_SNDTIMEO, [=] { return real().writev(fd, parts, count); });
    if (result <= 0) return result;
    const Pieces pieces{parts, static_cast<std::size_t>(count)};
    return finish(result, pieces.bytes(), fd, since, [&](std::size_t done) {
        const iovec rest = pieces.at(done);
        return real().write(fd, rest.iov_base, rest.iov_len);
    });
}

ssize_t send_file(int to, int from, off_t* offset, std::size_t count) {
    const SignalsSince since;
    const ssize_t result = go_on_at_socket(to, SO_SNDTIMEO, [=] { return real().sendfile(to, from, offset, count); });
    return finish(result, count, to, since,
                  [=](std::size_t done) { return real().sendfile(to, from, offset, count - done); });
}

/// A connection goes on being made when its connect() is interrupted: what is left to do is to wait for it. 0, or the
/// error that it ended with.
int connection_error(int fd, std::uint64_t begin_ns) {
    const Errno keep;
    const std::int64_t timeout_ns = socket_timeout_ns(fd, SO_SNDTIMEO);
    const std::int64_t left_ns = timeout_ns - static_cast<std::int64_t>(now_ns() - begin_ns);
    const timespec left = to_timespec(left_ns > 0 ? left_ns : 0);
    pollfd waited{fd, POLLOUT, 0};
    const int ready = go_on_within(timeout_ns != 0 ? &left : nullptr,
                                   [&](const timespec* time) { return real().ppoll(&waited, 1, time, nullptr); });
    if (ready < 0) return errno;
    if (ready == 0) return EINPROGRESS;
    int error = 0;
    socklen_t bytes = sizeof(error);
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
    return error;
}

int connect_within(int fd, const sockaddr* address, socklen_t length) {
    const int entry_errno = errno;
    const std::uint64_t begin_ns = now_ns();
    const SignalsSince signals;
    const int result = real().connect(fd, address, length);
    if (!(result < 0 && errno == EINTR && signals.are_ours_alone())) return result;
    const int error = connection_error(fd, begin_ns);
    errno = error != 0 ? error : entry_errno;
    return error != 0 ? -1 : 0;
}

constexpr bool waits_for_lock(int command) { return command == F_SETLKW || command == F_OFD_SETLKW; }
constexpr bool waits_for_lock_by_lockf(int command) { return command == F_LOCK; }

template <typename Call>
int locking(bool waits, int fd, const Cursor& caller, Call call) {
    return waits ? timed<Reports::Errno>(WaitKind::FileLock, fd, caller, call) : call();
}

}  // namespace

#define FTSCALE_READ(fd, call) return reading(fd, FTSCALE_CALLER(), [=] { return real().call; })
#define FTSCALE_WRITE(fd, call) return writing(fd, FTSCALE_CALLER(), [=] { return real().call; })
#define FTSCALE_TIMED(kind, target, call) \
    return timed<Reports::Errno>(WaitKind::kind, target, FTSCALE_CALLER(), [=] { return call; })

extern "C" {
#pragma GCC visibility push(default)

ssize_t read(int fd, void* buffer, size_t count) { FTSCALE_READ(fd, read(fd, buffer, count)); }
ssize_t __read_chk(int fd, void* buffer, size_t count, size_t room) {
    FTSCALE_READ(fd, __read_chk(fd, buffer, count, room));
}
ssize_t pread(int fd, void* buffer, size_t count, off_t offset) { FTSCALE_READ(fd, pread(fd, buffer, count, offset)); }
ssize_t pread64(int fd, void* buffer, size_t count, off_t offset) {
    FTSCALE_READ(fd, pread64(fd, buffer, count, offset));
}
ssize_t __pread_chk(int fd, void* buffer, size_t count, off_t offset, size_t room) {
    FTSCALE_READ(fd, __pread_chk(fd, buffer, count, offset, room));
}
ssize_t __pread64_chk(int fd, void* buffer, size_t count, off_t offset, size_t room) {
    FTSCALE_READ(fd, __pread64_chk(fd, buffer, count, offset, room));
}
ssize_t readv(int fd, const iovec* parts, int count) { FTSCALE_READ(fd, readv(fd, parts, count)); }
ssize_t preadv(int fd, const iovec* parts, int count, off_t offset) {
    FTSCALE_READ(fd, preadv(fd, parts, count, offset));
}
ssize_t preadv64(int fd, const iovec* parts, int count, off_t offset) {
    FTSCALE_READ(fd, preadv64(fd, parts, count, offset));
}
ssize_t preadv2(int fd, const iovec* parts, int count, off_t offset, int flags) {
    FTSCALE_READ(fd, preadv2(fd, parts, count, offset, flags));
}
ssize_t preadv64v2(int fd, const iovec* parts, int count, off_t offset, int flags) {
    FTSCALE_READ(fd, preadv64v2(fd, parts, count, offset, flags));
}

ssize_t recv(int fd, void* buffer, size_t count, int flags) {
    return reading(fd, FTSCALE_CALLER(), [=] {
        return receive(fd, buffer, count, flags, [=] { return real().recv(fd, buffer, count, flags); });
    });
}
ssize_t __recv_chk(int fd, void* buffer, size_t count, size_t room, int flags) {
    return reading(fd, FTSCALE_CALLER(), [=] {
        return receive(fd, buffer, count, flags, [=] { return real().__recv_chk(fd, buffer, count, room, flags); });
    });
}
ssize_t recvfrom(int fd, void* __restrict buffer, size_t count, int flags, sockaddr* __restrict address,
                 socklen_t* __restrict length) {
    return reading(fd, FTSCALE_CALLER(), [=] {
        return receive(fd, buffer, count, flags,
                       [=] { return real().recvfrom(fd, buffer, count, flags, address, length); });
    });
}
ssize_t __recvfrom_chk(int fd, void* __restrict buffer, size_t count, size_t room, int flags,
                       sockaddr* __restrict address, socklen_t* __restrict length) {
    return reading(fd, FTSCALE_CALLER(), [=] {
        return receive(fd, buffer, count, flags,
                       [=] { return real().__recvfrom_chk(fd, buffer, count, room, flags, address, length); });
    });
}
ssize_t recvmsg(int fd, msghdr* message, int flags) {
    return reading(fd, FTSCALE_CALLER(), [=] { return receive_message(fd, message, flags); });
}
int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
    return reading(fd, FTSCALE_CALLER(), [=] {
        return go_on_at_socket(fd, SO_RCVTIMEO, [=] { return real().recvmmsg(fd, messages, count, flags, timeout); });
    });
}

ssize_t write(int fd, const void* buffer, size_t count) {
    return writing(fd, FTSCALE_CALLER(), [=] { return write_all(fd, buffer, count); });
}
ssize_t pwrite(int fd, const void* buffer, size_t count, off_t offset) {
    FTSCALE_WRITE(fd, pwrite(fd, buffer, count, offset));
}
ssize_t pwrite64(int fd, const void* buffer, size_t count, off_t offset) {
    FTSCALE_WRITE(fd, pwrite64(fd, buffer, count, offset));
}
ssize_t writev(int fd, const iovec* parts, int count) {
    return writing(fd, FTSCALE_CALLER(), [=] { return write_pieces(fd, parts, count); });
}
ssize_t pwritev(int fd, const iovec* parts, int count, off_t offset) {
    FTSCALE_WRITE(fd, pwritev(fd, parts, count, offset));
}
ssize_t pwritev64(int fd, const iovec* parts, int count, off_t offset) {
    FTSCALE_WRITE(fd, pwritev64(fd, parts, count, offset));
}
ssize_t pwritev2(int fd, const iovec* parts, int count, off_t offset, int flags) {
    FTSCALE_WRITE(fd, pwritev2(fd, parts, count, offset, flags));
}
ssize_t pwritev64v2(int fd, const iovec* parts, int count, off_t offset, int flags) {
    FTSCALE_WRITE(fd, pwritev64v2(fd, parts, count, offset, flags));
}
ssize_t send(int fd, const void* buffer, size_t count, int flags) {
    return writing(fd, FTSCALE_CALLER(), [=] {
        return send_all(fd, buffer, count, flags, [=] { return real().send(fd, buffer, count, flags); });
    });
}
ssize_t sendto(int fd, const void* buffer, size_t count, int flags, const sockaddr* address, socklen_t length) {
    return writing(fd, FTSCALE_CALLER(), [=] {
        return send_all(fd, buffer, count, flags,
                        [=] { return real().sendto(fd, buffer, count, flags, address, length); });
    });
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    return writing(fd, FTSCALE_CALLER(), [=] { return send_message(fd, message, flags); });
}
int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
    return writing(fd, FTSCALE_CALLER(), [=] {
        return go_on_at_socket(fd, SO_SNDTIMEO, [=] { return real().sendmmsg(fd, messages, count, flags); });
    });
}
ssize_t sendfile(int to, int from, off_t* offset, size_t count) noexcept {
    return writing(to, FTSCALE_CALLER(), [=] { return send_file(to, from, offset, count); });
}
ssize_t sendfile64(int to, int from, off_t* offset, size_t count) noexcept {
    return writing(to, FTSCALE_CALLER(), [=] { return send_file(to, from, offset, count); });
}
ssize_t splice(int from, off_t* from_offset, int to, off_t* to_offset, size_t count, unsigned flags) {
    FTSCALE_WRITE(to, splice(from, from_offset, to, to_offset, count, flags));
}
ssize_t copy_file_range(int from, off_t* from_offset, int to, off_t* to_offset, size_t count, unsigned flags) {
    FTSCALE_WRITE(to, copy_file_range(from, from_offset, to, to_offset, count, flags));
}

int accept(int fd, sockaddr* __restrict address, socklen_t* __restrict length) {
    FTSCALE_TIMED(Accept, fd, go_on_at_socket(fd, SO_RCVTIMEO, [=] { return real().accept(fd, address, length); }));
}
int accept4(int fd, sockaddr* __restrict address, socklen_t* __restrict length, int flags) {
    FTSCALE_TIMED(Accept, fd,
                  go_on_at_socket(fd, SO_RCVTIMEO, [=] { return real().accept4(fd, address, length, flags); }));
}
int connect(int fd, const sockaddr* address, socklen_t length) {
    FTSCALE_TIMED(Connect, fd, connect_within(fd, address, length));
}

int fsync(int fd) { FTSCALE_TIMED(FileSync, fd, real().fsync(fd)); }
int fdatasync(int fd) { FTSCALE_TIMED(FileSync, fd, real().fdatasync(fd)); }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"  // fcntl's structure of that name
int flock(int fd, int operation) noexcept { FTSCALE_TIMED(FileLock, fd, real().flock(fd, operation)); }
#pragma GCC diagnostic pop
int fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    return locking(waits_for_lock(command), fd, FTSCALE_CALLER(), [=] { return real().fcntl(fd, command, argument); });
}
int fcntl64(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    return locking(waits_for_lock(command), fd, FTSCALE_CALLER(),
                   [=] { return real().fcntl64(fd, command, argument); });
}
int lockf(int fd, int command, off_t bytes) {
    return locking(waits_for_lock_by_lockf(command), fd, FTSCALE_CALLER(),
                   [=] { return real().lockf(fd, command, bytes); });
}
int lockf64(int fd, int command, off_t bytes) {
    return locking(waits_for_lock_by_lockf(command), fd, FTSCALE_CALLER(),
                   [=] { return real().lockf64(fd, command, bytes); });
}

ssize_t msgrcv(int queue, void* message, size_t bytes, long type, int flags) {
    FTSCALE_TIMED(Read, queue, go_on([=] { return real().msgrcv(queue, message, bytes, type, flags); }));
}
int msgsnd(int queue, const void* message, size_t bytes, int flags) {
    FTSCALE_TIMED(Write, queue, go_on([=] { return real().msgsnd(queue, message, bytes, flags); }));
}
int semop(int set, sembuf* operations, size_t count) noexcept {
    FTSCALE_TIMED(SemWait, set, go_on([=] { return real().semop(set, operations, count); }));
}
int semtimedop(int set, sembuf* operations, size_t count, const timespec* timeout) noexcept {
    FTSCALE_TIMED(SemTimedWait, set, go_on_within(timeout, [=](const timespec* time) {
                      return real().semtimedop(set, operations, count, time);
                  }));
}

#pragma GCC visibility pop
}
