// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The functions the probe stands in front of. Inside this room the interposed names would lead back to the probe: call
// these.
#pragma once

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// X(return type, name, parameter types, glibc version to ask for or null). The version matters for pthread_cond_*: the
// unversioned look-up would find the incompatible ones of glibc 2.2.5.
#if defined(__x86_64__)
#define FTSCALE_COND_VERSION "GLIBC_2.3.2"
#else
#define FTSCALE_COND_VERSION nullptr
#endif

#define FTSCALE_REAL_FUNCTIONS(X)                                                                              \
    X(int, sem_wait, (sem_t*), nullptr)                                                                        \
    X(int, sem_timedwait, (sem_t*, const timespec*), nullptr)                                                  \
    X(int, sem_clockwait, (sem_t*, clockid_t, const timespec*), nullptr)                                       \
    X(int, sem_post, (sem_t*), nullptr)                                                                        \
    X(int, sched_yield, (), nullptr)                                                                           \
    X(int, pthread_create, (pthread_t*, const pthread_attr_t*, void* (*)(void*), void*), nullptr)              \
    X(int, pthread_join, (pthread_t, void**), nullptr)                                                         \
    X(int, pthread_mutex_lock, (pthread_mutex_t*), nullptr)                                                    \
    X(int, pthread_mutex_unlock, (pthread_mutex_t*), nullptr)                                                  \
    X(int, pthread_rwlock_rdlock, (pthread_rwlock_t*), nullptr)                                                \
    X(int, pthread_rwlock_wrlock, (pthread_rwlock_t*), nullptr)                                                \
    X(int, pthread_rwlock_unlock, (pthread_rwlock_t*), nullptr)                                                \
    X(int, pthread_cond_wait, (pthread_cond_t*, pthread_mutex_t*), FTSCALE_COND_VERSION)                       \
    X(int, pthread_cond_timedwait, (pthread_cond_t*, pthread_mutex_t*, const timespec*), FTSCALE_COND_VERSION) \
    X(int, pthread_cond_clockwait, (pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*), nullptr)   \
    X(int, pthread_cond_signal, (pthread_cond_t*), FTSCALE_COND_VERSION)                                       \
    X(int, pthread_cond_broadcast, (pthread_cond_t*), FTSCALE_COND_VERSION)                                    \
    X(int, pthread_barrier_wait, (pthread_barrier_t*), nullptr)                                                \
    X(int, pthread_sigmask, (int, const sigset_t*, sigset_t*), nullptr)                                        \
    X(int, sigprocmask, (int, const sigset_t*, sigset_t*), nullptr)                                            \
    X(int, sigaction, (int, const struct sigaction*, struct sigaction*), nullptr)                              \
    X(sighandler_t, signal, (int, sighandler_t), nullptr)                                                      \
    X(long, syscall, (long, long, long, long, long, long, long), nullptr)                                      \
    X(ssize_t, read, (int, void*, size_t), nullptr)                                                            \
    X(ssize_t, write, (int, const void*, size_t), nullptr)                                                     \
    X(ssize_t, pread, (int, void*, size_t, off_t), nullptr)                                                    \
    X(ssize_t, pwrite, (int, const void*, size_t, off_t), nullptr)                                             \
    X(ssize_t, readv, (int, const iovec*, int), nullptr)                                                       \
    X(ssize_t, writev, (int, const iovec*, int), nullptr)                                                      \
    X(ssize_t, recv, (int, void*, size_t, int), nullptr)                                                       \
    X(ssize_t, recvfrom, (int, void*, size_t, int, sockaddr*, socklen_t*), nullptr)                            \
    X(ssize_t, recvmsg, (int, msghdr*, int), nullptr)                                                          \
    X(ssize_t, send, (int, const void*, size_t, int), nullptr)                                                 \
    X(ssize_t, sendto, (int, const void*, size_t, int, const sockaddr*, socklen_t), nullptr)                   \
    X(ssize_t, sendmsg, (int, const msghdr*, int), nullptr)                                                    \
    X(ssize_t, sendfile, (int, int, off_t*, size_t), nullptr)                                                  \
    X(int, accept, (int, sockaddr*, socklen_t*), nullptr)                                                      \
    X(int, accept4, (int, sockaddr*, socklen_t*, int), nullptr)                                                \
    X(int, connect, (int, const sockaddr*, socklen_t), nullptr)                                                \
    X(int, poll, (pollfd*, nfds_t, int), nullptr)                                                              \
    X(int, ppoll, (pollfd*, nfds_t, const timespec*, const sigset_t*), nullptr)                                \
    X(int, select, (int, fd_set*, fd_set*, fd_set*, timeval*), nullptr)                                        \
    X(int, epoll_wait, (int, epoll_event*, int, int), nullptr)                                                 \
    X(int, epoll_pwait, (int, epoll_event*, int, int, const sigset_t*), nullptr)                               \
    X(pid_t, waitpid, (pid_t, int*, int), nullptr)                                                             \
    X(pid_t, wait4, (pid_t, int*, int, rusage*), nullptr)                                                      \
    X(int, waitid, (idtype_t, id_t, siginfo_t*, int), nullptr)                                                 \
    X(int, fsync, (int), nullptr)                                                                              \
    X(int, fdatasync, (int), nullptr)                                                                          \
    X(int, flock, (int, int), nullptr)                                                                         \
    X(int, nanosleep, (const timespec*, timespec*), nullptr)                                                   \
    X(int, clock_nanosleep, (clockid_t, int, const timespec*, timespec*), nullptr)                             \
    X(int, usleep, (useconds_t), nullptr)                                                                      \
    X(void, _exit, (int), nullptr)

namespace ftscale::probe {

struct RealFunctions {
#define FTSCALE_FIELD(result, name, parameters, version) result(*name) parameters;
    FTSCALE_REAL_FUNCTIONS(FTSCALE_FIELD)
#undef FTSCALE_FIELD
    bool resolved;
};
extern RealFunctions g_real;

/// Looks all of them up. Idempotent; other libraries' constructors may call an interposed function before ours has run.
void resolve_real_functions();

inline const RealFunctions& real() {
    if (__builtin_expect(!g_real.resolved, 0)) resolve_real_functions();
    return g_real;
}

}  // namespace ftscale::probe
