// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Going on with transfers that the sampler's signal has cut short, or ended before their socket's time was up.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "interruption.h"
#include "real.h"

namespace ftscale::probe {

inline bool is_blocking(int fd) {
    const Errno keep;
    const int flags = real().fcntl(fd, F_GETFL, nullptr);
    return flags >= 0 && (flags & O_NONBLOCK) == 0;
}

/// The time-out of a socket's operation, in nanoseconds: SO_RCVTIMEO or SO_SNDTIMEO; 0: none.
inline std::int64_t socket_timeout_ns(int fd, int option) {
    const Errno keep;
    timeval time{};
    socklen_t bytes = sizeof(time);
    if (getsockopt(fd, SOL_SOCKET, option, &time, &bytes) != 0) return 0;
    return time.tv_sec * kNsPerS + time.tv_usec * 1000;
}

/// go_on() for operations of a socket that may have a time-out, which the kernel begins anew with each call: what is
/// left of it is waited by poll instead.
template <typename Call>
auto go_on_at_socket(int fd, int option, Call call) {
    if (own_state() == nullptr) return call();
    const int entry_errno = errno;
    const std::uint64_t begin_ns = now_ns();
    SignalsSince signals;
    for (;;) {
        auto result = call();
        if (!(result < 0 && errno == EINTR && signals.are_ours_alone())) return result;
        errno = entry_errno;
        signals.next_call();
        const std::int64_t timeout_ns = socket_timeout_ns(fd, option);
        if (timeout_ns == 0) continue;
        const std::int64_t left_ns = timeout_ns - static_cast<std::int64_t>(now_ns() - begin_ns);
        pollfd waited{fd, static_cast<short>(option == SO_RCVTIMEO ? POLLIN : POLLOUT), 0};
        const timespec left = to_timespec(left_ns > 0 ? left_ns : 0);
        const int ready =
            go_on_within(&left, [&](const timespec* time) { return real().ppoll(&waited, 1, time, nullptr); });
        if (ready > 0) continue;
        if (ready == 0) errno = EAGAIN;
        return static_cast<decltype(result)>(-1);
    }
}

/// Goes on with a transfer that came short of `count` bytes because of the sampler's signal alone: `more(done)`
/// transfers what is behind `done` bytes. What a caller would have got without us: all of it, or what there was when
/// something else ended it.
template <typename More>
ssize_t finish(ssize_t result, std::size_t count, int fd, const SignalsSince& since, More more) {
    if (result <= 0 || static_cast<std::size_t>(result) >= count || !since.are_ours_alone() || !is_blocking(fd))
        return result;
    const Errno keep;
    SignalsSince signals;
    auto done = static_cast<std::size_t>(result);
    while (done < count) {
        const ssize_t next = more(done);
        if (next < 0 && errno == EINTR && signals.are_ours_alone()) {
            signals.next_call();
            continue;
        }
        if (next <= 0) break;
        done += static_cast<std::size_t>(next);
    }
    return static_cast<ssize_t>(done);
}

/// Some pieces of memory as one.
struct Pieces {
    const iovec* parts;
    std::size_t count;

    std::size_t bytes() const {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += parts[i].iov_len;
        return sum;
    }
    /// What is left of the piece that `offset` lies in.
    iovec at(std::size_t offset) const {
        for (std::size_t i = 0; i < count; ++i) {
            if (offset < parts[i].iov_len)
                return {static_cast<char*>(parts[i].iov_base) + offset, parts[i].iov_len - offset};
            offset -= parts[i].iov_len;
        }
        return {};
    }
};

}  // namespace ftscale::probe
