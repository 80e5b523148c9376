// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The functions the probe stands in front of: all of them, in one table. What is interposed keeps everything that its
// caller can see of it: the value returned, errno (which success does not touch), whether a cancellation takes effect
// in it, and how signals end it. The sampler's signal must not be noticed at all: where the kernel does not go on by
// itself after a handler has run (signal(7)), the probe does. tests/integration/interposed_test.py has a case for each
// row.
#pragma once

namespace ftscale::probe {

/// How a function says that it failed.
enum class Reports : unsigned char {
    Errno,  // by a negative value, and errno
    Code,   // by the error itself; errno is not its business
    Never,  // it does not fail, or not in a way that a record has room for
};

/// What becomes of a call when a signal handler runs meanwhile.
enum class Interrupted : unsigned char {
    Never,      // it does not wait, or goes on waiting
    Restarted,  // the kernel begins it again, as the sampler's handler is installed with SA_RESTART
    Continued,  // it ends with EINTR whatever the flags: where the sampler alone came, the probe goes on with the time
                // left
    Partial,    // it ends with less than was asked for: likewise, the probe goes on with the rest
    Awaited,    // it waits for signals: the sampler's is not one of them
};

}  // namespace ftscale::probe

// The glibc version to ask for, or null. It matters for pthread_cond_*: the unversioned look-up would find the
// incompatible ones of glibc 2.2.5.
#if defined(__x86_64__)
#define FTSCALE_COND_VERSION "GLIBC_2.3.2"
#else
#define FTSCALE_COND_VERSION nullptr
#endif

// X(return type, name, parameter types, version, Reports, Interrupted)
#define FTSCALE_INTERPOSED_SEMAPHORES(X)                                                   \
    X(int, sem_wait, (sem_t*), nullptr, Errno, Restarted)                                  \
    X(int, sem_timedwait, (sem_t*, const timespec*), nullptr, Errno, Continued)            \
    X(int, sem_clockwait, (sem_t*, clockid_t, const timespec*), nullptr, Errno, Continued) \
    X(int, sem_post, (sem_t*), nullptr, Errno, Never)                                      \
    X(int, sched_yield, (), nullptr, Errno, Never)

#define FTSCALE_INTERPOSED_PTHREAD(X)                                                                                \
    X(int, pthread_create, (pthread_t*, const pthread_attr_t*, void* (*)(void*), void*), nullptr, Code, Never)       \
    X(int, pthread_join, (pthread_t, void**), nullptr, Code, Never)                                                  \
    X(int, pthread_timedjoin_np, (pthread_t, void**, const timespec*), nullptr, Code, Never)                         \
    X(int, pthread_clockjoin_np, (pthread_t, void**, clockid_t, const timespec*), nullptr, Code, Never)              \
    X(int, pthread_mutex_lock, (pthread_mutex_t*), nullptr, Code, Never)                                             \
    X(int, pthread_mutex_timedlock, (pthread_mutex_t*, const timespec*), nullptr, Code, Never)                       \
    X(int, pthread_mutex_clocklock, (pthread_mutex_t*, clockid_t, const timespec*), nullptr, Code, Never)            \
    X(int, pthread_mutex_unlock, (pthread_mutex_t*), nullptr, Code, Never)                                           \
    X(int, pthread_rwlock_rdlock, (pthread_rwlock_t*), nullptr, Code, Never)                                         \
    X(int, pthread_rwlock_timedrdlock, (pthread_rwlock_t*, const timespec*), nullptr, Code, Never)                   \
    X(int, pthread_rwlock_clockrdlock, (pthread_rwlock_t*, clockid_t, const timespec*), nullptr, Code, Never)        \
    X(int, pthread_rwlock_wrlock, (pthread_rwlock_t*), nullptr, Code, Never)                                         \
    X(int, pthread_rwlock_timedwrlock, (pthread_rwlock_t*, const timespec*), nullptr, Code, Never)                   \
    X(int, pthread_rwlock_clockwrlock, (pthread_rwlock_t*, clockid_t, const timespec*), nullptr, Code, Never)        \
    X(int, pthread_rwlock_unlock, (pthread_rwlock_t*), nullptr, Code, Never)                                         \
    X(int, pthread_cond_wait, (pthread_cond_t*, pthread_mutex_t*), FTSCALE_COND_VERSION, Code, Never)                \
    X(int, pthread_cond_timedwait, (pthread_cond_t*, pthread_mutex_t*, const timespec*), FTSCALE_COND_VERSION, Code, \
      Never)                                                                                                         \
    X(int, pthread_cond_clockwait, (pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*), nullptr, Code,   \
      Never)                                                                                                         \
    X(int, pthread_cond_signal, (pthread_cond_t*), FTSCALE_COND_VERSION, Code, Never)                                \
    X(int, pthread_cond_broadcast, (pthread_cond_t*), FTSCALE_COND_VERSION, Code, Never)                             \
    X(int, pthread_barrier_wait, (pthread_barrier_t*), nullptr, Never, Never)                                        \
    X(int, thrd_create, (thrd_t*, thrd_start_t, void*), nullptr, Code, Never)                                        \
    X(int, thrd_join, (thrd_t, int*), nullptr, Code, Never)                                                          \
    X(int, thrd_sleep, (const timespec*, timespec*), nullptr, Never, Continued)                                      \
    X(int, mtx_lock, (mtx_t*), nullptr, Code, Never)                                                                 \
    X(int, mtx_timedlock, (mtx_t*, const timespec*), nullptr, Code, Never)                                           \
    X(int, mtx_unlock, (mtx_t*), nullptr, Code, Never)                                                               \
    X(int, cnd_wait, (cnd_t*, mtx_t*), nullptr, Code, Never)                                                         \
    X(int, cnd_timedwait, (cnd_t*, mtx_t*, const timespec*), nullptr, Code, Never)                                   \
    X(int, cnd_signal, (cnd_t*), nullptr, Code, Never)                                                               \
    X(int, cnd_broadcast, (cnd_t*), nullptr, Code, Never)                                                            \
    X(long, syscall, (long, long, long, long, long, long, long), nullptr, Errno, Continued)

#define FTSCALE_INTERPOSED_TRANSFERS(X)                                                                           \
    X(ssize_t, read, (int, void*, size_t), nullptr, Errno, Restarted)                                             \
    X(ssize_t, __read_chk, (int, void*, size_t, size_t), nullptr, Errno, Restarted)                               \
    X(ssize_t, pread, (int, void*, size_t, off_t), nullptr, Errno, Restarted)                                     \
    X(ssize_t, pread64, (int, void*, size_t, off_t), nullptr, Errno, Restarted)                                   \
    X(ssize_t, __pread_chk, (int, void*, size_t, off_t, size_t), nullptr, Errno, Restarted)                       \
    X(ssize_t, __pread64_chk, (int, void*, size_t, off_t, size_t), nullptr, Errno, Restarted)                     \
    X(ssize_t, readv, (int, const iovec*, int), nullptr, Errno, Restarted)                                        \
    X(ssize_t, preadv, (int, const iovec*, int, off_t), nullptr, Errno, Restarted)                                \
    X(ssize_t, preadv64, (int, const iovec*, int, off_t), nullptr, Errno, Restarted)                              \
    X(ssize_t, preadv2, (int, const iovec*, int, off_t, int), nullptr, Errno, Restarted)                          \
    X(ssize_t, preadv64v2, (int, const iovec*, int, off_t, int), nullptr, Errno, Restarted)                       \
    X(ssize_t, recv, (int, void*, size_t, int), nullptr, Errno, Partial)                                          \
    X(ssize_t, __recv_chk, (int, void*, size_t, size_t, int), nullptr, Errno, Partial)                            \
    X(ssize_t, recvfrom, (int, void*, size_t, int, sockaddr*, socklen_t*), nullptr, Errno, Partial)               \
    X(ssize_t, __recvfrom_chk, (int, void*, size_t, size_t, int, sockaddr*, socklen_t*), nullptr, Errno, Partial) \
    X(ssize_t, recvmsg, (int, msghdr*, int), nullptr, Errno, Partial)                                             \
    X(int, recvmmsg, (int, mmsghdr*, unsigned, int, timespec*), nullptr, Errno, Continued)                        \
    X(ssize_t, write, (int, const void*, size_t), nullptr, Errno, Partial)                                        \
    X(ssize_t, pwrite, (int, const void*, size_t, off_t), nullptr, Errno, Restarted)                              \
    X(ssize_t, pwrite64, (int, const void*, size_t, off_t), nullptr, Errno, Restarted)                            \
    X(ssize_t, writev, (int, const iovec*, int), nullptr, Errno, Partial)                                         \
    X(ssize_t, pwritev, (int, const iovec*, int, off_t), nullptr, Errno, Restarted)                               \
    X(ssize_t, pwritev64, (int, const iovec*, int, off_t), nullptr, Errno, Restarted)                             \
    X(ssize_t, pwritev2, (int, const iovec*, int, off_t, int), nullptr, Errno, Restarted)                         \
    X(ssize_t, pwritev64v2, (int, const iovec*, int, off_t, int), nullptr, Errno, Restarted)                      \
    X(ssize_t, send, (int, const void*, size_t, int), nullptr, Errno, Partial)                                    \
    X(ssize_t, sendto, (int, const void*, size_t, int, const sockaddr*, socklen_t), nullptr, Errno, Partial)      \
    X(ssize_t, sendmsg, (int, const msghdr*, int), nullptr, Errno, Partial)                                       \
    X(int, sendmmsg, (int, mmsghdr*, unsigned, int), nullptr, Errno, Continued)                                   \
    X(ssize_t, sendfile, (int, int, off_t*, size_t), nullptr, Errno, Partial)                                     \
    X(ssize_t, sendfile64, (int, int, off_t*, size_t), nullptr, Errno, Partial)                                   \
    X(ssize_t, splice, (int, off_t*, int, off_t*, size_t, unsigned), nullptr, Errno, Restarted)                   \
    X(ssize_t, copy_file_range, (int, off_t*, int, off_t*, size_t, unsigned), nullptr, Errno, Restarted)          \
    X(int, accept, (int, sockaddr*, socklen_t*), nullptr, Errno, Continued)                                       \
    X(int, accept4, (int, sockaddr*, socklen_t*, int), nullptr, Errno, Continued)                                 \
    X(int, connect, (int, const sockaddr*, socklen_t), nullptr, Errno, Continued)                                 \
    X(int, fsync, (int), nullptr, Errno, Restarted)                                                               \
    X(int, fdatasync, (int), nullptr, Errno, Restarted)                                                           \
    X(int, flock, (int, int), nullptr, Errno, Restarted)                                                          \
    X(int, fcntl, (int, int, void*), nullptr, Errno, Restarted)                                                   \
    X(int, fcntl64, (int, int, void*), nullptr, Errno, Restarted)                                                 \
    X(int, lockf, (int, int, off_t), nullptr, Errno, Restarted)                                                   \
    X(int, lockf64, (int, int, off_t), nullptr, Errno, Restarted)                                                 \
    X(ssize_t, msgrcv, (int, void*, size_t, long, int), nullptr, Errno, Continued)                                \
    X(int, msgsnd, (int, const void*, size_t, int), nullptr, Errno, Continued)                                    \
    X(int, semop, (int, sembuf*, size_t), nullptr, Errno, Continued)                                              \
    X(int, semtimedop, (int, sembuf*, size_t, const timespec*), nullptr, Errno, Continued)

#define FTSCALE_INTERPOSED_WAITS(X)                                                                                \
    X(int, poll, (pollfd*, nfds_t, int), nullptr, Errno, Continued)                                                \
    X(int, __poll_chk, (pollfd*, nfds_t, int, size_t), nullptr, Errno, Continued)                                  \
    X(int, ppoll, (pollfd*, nfds_t, const timespec*, const sigset_t*), nullptr, Errno, Continued)                  \
    X(int, __ppoll_chk, (pollfd*, nfds_t, const timespec*, const sigset_t*, size_t), nullptr, Errno, Continued)    \
    X(int, select, (int, fd_set*, fd_set*, fd_set*, timeval*), nullptr, Errno, Continued)                          \
    X(int, pselect, (int, fd_set*, fd_set*, fd_set*, const timespec*, const sigset_t*), nullptr, Errno, Continued) \
    X(int, epoll_wait, (int, epoll_event*, int, int), nullptr, Errno, Continued)                                   \
    X(int, epoll_pwait, (int, epoll_event*, int, int, const sigset_t*), nullptr, Errno, Continued)                 \
    X(int, epoll_pwait2, (int, epoll_event*, int, const timespec*, const sigset_t*), nullptr, Errno, Continued)    \
    X(pid_t, wait, (int*), nullptr, Errno, Restarted)                                                              \
    X(pid_t, wait3, (int*, int, rusage*), nullptr, Errno, Restarted)                                               \
    X(pid_t, waitpid, (pid_t, int*, int), nullptr, Errno, Restarted)                                               \
    X(pid_t, wait4, (pid_t, int*, int, rusage*), nullptr, Errno, Restarted)                                        \
    X(int, waitid, (idtype_t, id_t, siginfo_t*, int), nullptr, Errno, Restarted)                                   \
    X(int, nanosleep, (const timespec*, timespec*), nullptr, Errno, Continued)                                     \
    X(int, clock_nanosleep, (clockid_t, int, const timespec*, timespec*), nullptr, Code, Continued)                \
    X(int, usleep, (useconds_t), nullptr, Errno, Continued)                                                        \
    X(unsigned, sleep, (unsigned), nullptr, Never, Continued)                                                      \
    X(int, pause, (), nullptr, Errno, Awaited)                                                                     \
    X(int, sigsuspend, (const sigset_t*), nullptr, Errno, Awaited)                                                 \
    X(int, sigwait, (const sigset_t*, int*), nullptr, Code, Awaited)                                               \
    X(int, sigwaitinfo, (const sigset_t*, siginfo_t*), nullptr, Errno, Awaited)                                    \
    X(int, sigtimedwait, (const sigset_t*, siginfo_t*, const timespec*), nullptr, Errno, Awaited)

#define FTSCALE_INTERPOSED_SIGNALS(X)                                                           \
    X(int, pthread_sigmask, (int, const sigset_t*, sigset_t*), nullptr, Code, Never)            \
    X(int, sigprocmask, (int, const sigset_t*, sigset_t*), nullptr, Errno, Never)               \
    X(int, sigaction, (int, const struct sigaction*, struct sigaction*), nullptr, Errno, Never) \
    X(sighandler_t, signal, (int, sighandler_t), nullptr, Errno, Never)                         \
    X(sighandler_t, __sysv_signal, (int, sighandler_t), nullptr, Errno, Never)                  \
    X(int, siginterrupt, (int, int), nullptr, Errno, Never)                                     \
    X(int, sigpending, (sigset_t*), nullptr, Errno, Never)                                      \
    X(int, signalfd, (int, const sigset_t*, int), nullptr, Errno, Never)

#define FTSCALE_INTERPOSED_ENDS(X)                                                               \
    X(int, execve, (const char*, char* const*, char* const*), nullptr, Errno, Never)             \
    X(int, execv, (const char*, char* const*), nullptr, Errno, Never)                            \
    X(int, execvp, (const char*, char* const*), nullptr, Errno, Never)                           \
    X(int, execvpe, (const char*, char* const*, char* const*), nullptr, Errno, Never)            \
    X(int, fexecve, (int, char* const*, char* const*), nullptr, Errno, Never)                    \
    X(int, execveat, (int, const char*, char* const*, char* const*, int), nullptr, Errno, Never) \
    X(int, execl, (const char*, const char*, ...), nullptr, Errno, Never)                        \
    X(int, execlp, (const char*, const char*, ...), nullptr, Errno, Never)                       \
    X(int, execle, (const char*, const char*, ...), nullptr, Errno, Never)                       \
    X(void, _exit, (int), nullptr, Never, Never)                                                 \
    X(void, _Exit, (int), nullptr, Never, Never)

#define FTSCALE_INTERPOSED(X)        \
    FTSCALE_INTERPOSED_SEMAPHORES(X) \
    FTSCALE_INTERPOSED_PTHREAD(X)    \
    FTSCALE_INTERPOSED_TRANSFERS(X)  \
    FTSCALE_INTERPOSED_WAITS(X)      \
    FTSCALE_INTERPOSED_SIGNALS(X)    \
    FTSCALE_INTERPOSED_ENDS(X)
