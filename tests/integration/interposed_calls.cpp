// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Calls every function that the probe interposes, in every state that could make a difference, and prints what came of
// it, a line of JSON each. interposed_test.py has a free-threaded Python load this with and without the probe: the
// lines must be the same.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // siginterrupt
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

extern "C" {
ssize_t __read_chk(int, void*, size_t, size_t);
ssize_t __pread_chk(int, void*, size_t, off_t, size_t);
ssize_t __pread64_chk(int, void*, size_t, off_t, size_t);
ssize_t __recv_chk(int, void*, size_t, size_t, int);
ssize_t __recvfrom_chk(int, void*, size_t, size_t, int, sockaddr*, socklen_t*);
int __poll_chk(pollfd*, nfds_t, int, size_t);
int __ppoll_chk(pollfd*, nfds_t, const timespec*, const sigset_t*, size_t);
sighandler_t __sysv_signal(int, sighandler_t) noexcept;
}

namespace {

constexpr int kPreset = 4242;                  // errno before each call
constexpr long kFarMs = 20'000, kSoonMs = 30;  // deadlines: one never reached, one that is
constexpr size_t kMuch = 1 << 20;              // more than a pipe or a socket takes at once
constexpr int kBadFd = 9999;

timespec after(long ms, clockid_t clock) {
    timespec t;
    clock_gettime(clock, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1'000'000;
    if (t.tv_nsec >= 1'000'000'000) t.tv_nsec -= 1'000'000'000, ++t.tv_sec;
    return t;
}
timespec for_ms(long ms) { return {ms / 1000, ms % 1000 * 1'000'000}; }
double now_ms() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

const timespec kNoTime{0, 2'000'000'000};  // no valid time

/// All that the calls need, fresh for each.
struct Bench {
    int pipe[2], sockets[2], listener = -1, client = -1, poller = -1, file = -1, other_file = -1, lock_file = -1;
    int queue = -1, set = -1;
    sem_t semaphore;
    pthread_mutex_t mutex;
    pthread_rwlock_t lock;
    pthread_cond_t condition;
    pthread_barrier_t barrier;
    mtx_t plain_mutex;
    cnd_t plain_condition;
    int word = 0;
    pthread_t thread{};
    bool has_thread = false;
    pthread_t caller{};
    sem_t thread_may_end;
    pid_t child = -1;
    int child_pipe[2] = {-1, -1};
    char byte = 'x', room[64] = {};
    char* much = nullptr;
    sockaddr_un address{};
    long detail = 0;  // what else a call has to say
    long wait_ms = kFarMs;

    Bench();
    ~Bench();
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void make_thread();
    void make_child();
    void fill_pipe();
    void fill_queue();
    timespec deadline(clockid_t clock = CLOCK_REALTIME) const { return after(wait_ms, clock); }
    timespec duration() const { return for_ms(wait_ms); }
};

Bench::Bench() {
    if (::pipe(pipe) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) abort();
    sem_init(&semaphore, 0, 0);
    sem_init(&thread_may_end, 0, 0);
    pthread_mutex_init(&mutex, nullptr);
    pthread_rwlock_init(&lock, nullptr);
    pthread_cond_init(&condition, nullptr);
    pthread_barrier_init(&barrier, nullptr, 2);
    mtx_init(&plain_mutex, mtx_timed);
    cnd_init(&plain_condition);
    file = memfd_create("calls", MFD_CLOEXEC);
    other_file = memfd_create("calls", MFD_CLOEXEC);
    lock_file = memfd_create("calls", MFD_CLOEXEC);
    if (::write(file, "0123456789", 10) != 10 || lseek(file, 0, SEEK_SET) != 0) abort();
    address.sun_family = AF_UNIX;
    snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "ftscale-calls-%d-%p", getpid(),
             static_cast<void*>(this));
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    listen(listener, 4);
    poller = epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    epoll_ctl(poller, EPOLL_CTL_ADD, pipe[0], &event);
}

Bench::~Bench() {
    for (int fd : {pipe[0], pipe[1], sockets[0], sockets[1], listener, client, poller, file, other_file, lock_file,
                   child_pipe[0], child_pipe[1]})
        if (fd >= 0) close(fd);
    if (queue >= 0) msgctl(queue, IPC_RMID, nullptr);
    if (set >= 0) semctl(set, 0, IPC_RMID);
    free(much);
}

void Bench::make_thread() {
    has_thread = true;
    pthread_create(
        &thread, nullptr,
        [](void* bench) -> void* {
            while (sem_wait(&static_cast<Bench*>(bench)->thread_may_end) != 0) {
            }
            return bench;
        },
        this);
}

void Bench::make_child() {
    if (::pipe(child_pipe) != 0) abort();
    child = fork();
    if (child == 0) {
        close(child_pipe[1]);
        char c;
        while (::read(child_pipe[0], &c, 1) < 0) {
        }
        _exit(7);
    }
    close(child_pipe[0]);
    child_pipe[0] = -1;
}

void Bench::fill_pipe() {
    fcntl(pipe[1], F_SETFL, O_NONBLOCK);
    char block[4096] = {};
    while (::write(pipe[1], block, sizeof(block)) > 0) {
    }
    fcntl(pipe[1], F_SETFL, 0);
}

struct Message {
    long type;
    char text[16];
};

void Bench::fill_queue() {
    Message message{1, "full"};
    while (msgsnd(queue, &message, sizeof(message.text), IPC_NOWAIT) == 0) {
    }
}

using Step = long (*)(Bench&);
using Act = void (*)(Bench&);

/// One way to call a function.
struct Case {
    const char* function;
    const char* how;
    Act prepare;     // in the calling thread, before; may be null
    Step call;       // what is tried
    bool waits;      // it waits until `release`, or until Bench::wait_ms have passed where that is null
    Act release;     // by another thread
    bool times_out;  // it ends by itself: tried with a deadline that is reached
    bool in_handler = true;
    bool with_cancel = true;
};

// ---- what ends waits ----

void post(Bench& b) { sem_post(&b.semaphore); }
// A waiter that was cancelled has ended with the mutex locked.
void signal_condition(Bench& b) {
    const timespec soon = after(100, CLOCK_REALTIME);
    if (pthread_mutex_timedlock(&b.mutex, &soon) != 0) return;
    pthread_cond_broadcast(&b.condition);
    pthread_mutex_unlock(&b.mutex);
}
void signal_plain_condition(Bench& b) {
    const timespec soon = after(100, CLOCK_REALTIME);
    if (mtx_timedlock(&b.plain_mutex, &soon) != thrd_success) return;
    cnd_broadcast(&b.plain_condition);
    mtx_unlock(&b.plain_mutex);
}
void feed_pipe(Bench& b) {
    if (::write(b.pipe[1], "abc", 3) != 3) abort();
}
void feed_socket(Bench& b) {
    if (::send(b.sockets[1], "abc", 3, 0) != 3) abort();
}
/// Takes `bytes`, or what comes of them.
void drain(int fd, size_t bytes) {
    char block[65536];
    for (size_t done = 0; done < bytes;) {
        pollfd waited{fd, POLLIN, 0};
        if (poll(&waited, 1, 200) != 1) return;
        const ssize_t got = ::read(fd, block, sizeof(block));
        if (got <= 0) return;
        done += static_cast<size_t>(got);
    }
}
void drain_pipe(Bench& b) { drain(b.pipe[0], kMuch); }
void drain_socket(Bench& b) { drain(b.sockets[1], kMuch); }
/// What a full pipe takes, and then what was waiting.
void drain_full_pipe(Bench& b) { drain(b.pipe[0], 65536); }
void connect_to(Bench& b) {
    b.client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    connect(b.client, reinterpret_cast<sockaddr*>(&b.address), sizeof(b.address));
}
void end_child(Bench& b) {
    close(b.child_pipe[1]);
    b.child_pipe[1] = -1;
}
void end_thread(Bench& b) { sem_post(&b.thread_may_end); }
void meet(Bench& b) { pthread_barrier_wait(&b.barrier); }
void wake_word(Bench& b) {
    b.word = 1;
    syscall(SYS_futex, &b.word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}
void send_to_queue(Bench& b) {
    Message message{1, "hello"};
    msgsnd(b.queue, &message, sizeof(message.text), 0);
}
void receive_from_queue(Bench& b) {
    Message message{};
    while (msgrcv(b.queue, &message, sizeof(message.text), 0, IPC_NOWAIT) > 0) {
    }
}
void send_usr2(Bench& b) { pthread_kill(b.caller, SIGUSR2); }
void raise_set(Bench& b) {
    sembuf up{0, 1, 0};
    semop(b.set, &up, 1);
}

// ---- preparations ----

void with_post(Bench& b) { sem_post(&b.semaphore); }
void with_full_semaphore(Bench& b) { sem_init(&b.semaphore, 0, SEM_VALUE_MAX); }
void with_pipe_fed(Bench& b) { feed_pipe(b); }
void with_socket_fed(Bench& b) { feed_socket(b); }
void with_much(Bench& b) { b.much = static_cast<char*>(calloc(1, kMuch)); }
void with_thread(Bench& b) { b.make_thread(); }
void with_ended_thread(Bench& b) {
    b.make_thread();
    end_thread(b);
    usleep(20'000);
}
void with_child(Bench& b) { b.make_child(); }
void with_ended_child(Bench& b) {
    b.make_child();
    end_child(b);
    siginfo_t info;
    waitid(P_PID, static_cast<id_t>(b.child), &info, WEXITED | WNOWAIT);
}
void with_client(Bench& b) { connect_to(b); }
void with_a_socket(Bench& b) { b.client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }
void with_a_wrong_address(Bench& b) {
    with_a_socket(b);
    b.address.sun_path[1] = '?';
}
void with_condition_mutex(Bench& b) { pthread_mutex_lock(&b.mutex); }
void with_plain_mutex(Bench& b) { mtx_lock(&b.plain_mutex); }
void with_queue(Bench& b) { b.queue = msgget(IPC_PRIVATE, 0600); }
void with_fed_queue(Bench& b) {
    with_queue(b);
    send_to_queue(b);
}
void with_full_queue(Bench& b) {
    with_queue(b);
    b.fill_queue();
}
void with_set(Bench& b) { b.set = semget(IPC_PRIVATE, 1, 0600); }
void with_raised_set(Bench& b) {
    with_set(b);
    raise_set(b);
}
void with_receive_timeout(Bench& b) {
    const timeval time{b.wait_ms / 1000, b.wait_ms % 1000 * 1000};
    setsockopt(b.sockets[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
    setsockopt(b.listener, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
}
void with_send_timeout(Bench& b) {
    with_much(b);
    const timeval time{b.wait_ms / 1000, b.wait_ms % 1000 * 1000};
    setsockopt(b.sockets[0], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
    while (::send(b.sockets[0], b.much, 65536, MSG_DONTWAIT) > 0) {
    }
}

/// Somebody else holds it until he is told.
template <typename Take, typename Give>
void hold_elsewhere(Bench& b, Take, Give) {
    struct Holder {
        Bench* bench;
        sem_t taken;
    };
    auto* holder = new Holder{&b, {}};
    sem_init(&holder->taken, 0, 0);
    b.has_thread = true;
    pthread_create(
        &b.thread, nullptr,
        [](void* argument) -> void* {
            auto* h = static_cast<Holder*>(argument);
            Bench& held = *h->bench;
            Take{}(held);
            sem_post(&h->taken);  // which ends the holder's life
            while (sem_wait(&held.thread_may_end) != 0) {
            }
            Give{}(held);
            return nullptr;
        },
        holder);
    while (sem_wait(&holder->taken) != 0) {
    }
    delete holder;
}
#define HOLD(name, take, give)                        \
    void name(Bench& bench) {                         \
        struct Take {                                 \
            void operator()(Bench& b) const { take; } \
        };                                            \
        struct Give {                                 \
            void operator()(Bench& b) const { give; } \
        };                                            \
        hold_elsewhere(bench, Take{}, Give{});        \
    }
HOLD(with_mutex_held, pthread_mutex_lock(&b.mutex), pthread_mutex_unlock(&b.mutex))
HOLD(with_plain_mutex_held, mtx_lock(&b.plain_mutex), mtx_unlock(&b.plain_mutex))
HOLD(with_lock_read, pthread_rwlock_rdlock(&b.lock), pthread_rwlock_unlock(&b.lock))
HOLD(with_lock_written, pthread_rwlock_wrlock(&b.lock), pthread_rwlock_unlock(&b.lock))

void with_mutex_of_kind(Bench& b, int kind, int protocol, int robust) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, kind);
    pthread_mutexattr_setprotocol(&attributes, protocol);
    pthread_mutexattr_setrobust(&attributes, robust);
    pthread_mutex_init(&b.mutex, &attributes);
}
void with_checking_mutex(Bench& b) {
    with_mutex_of_kind(b, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED);
    pthread_mutex_lock(&b.mutex);
}
void with_recursive_mutex(Bench& b) {
    with_mutex_of_kind(b, PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED);
    pthread_mutex_lock(&b.mutex);
}
void with_inheriting_mutex(Bench& b) {
    with_mutex_of_kind(b, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_STALLED);
}
void with_dead_owner(Bench& b) {
    with_mutex_of_kind(b, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_ROBUST);
    pthread_t thread;
    pthread_create(
        &thread, nullptr,
        [](void* mutex) -> void* {
            pthread_mutex_lock(static_cast<pthread_mutex_t*>(mutex));
            return nullptr;
        },
        &b.mutex);
    pthread_join(thread, nullptr);
}

// A child holds the file's lock: within a process there is none against oneself.
void lock_by_child(Bench& b, int (*lock_file)(int)) {
    int ready[2];
    if (::pipe(b.child_pipe) != 0 || ::pipe(ready) != 0) abort();
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), b.lock_file);
    b.child = fork();
    if (b.child == 0) {
        close(b.child_pipe[1]);
        const int fd = open(path, O_RDWR);
        lock_file(fd);
        char c = 'r';
        if (::write(ready[1], &c, 1) != 1) _exit(1);
        while (::read(b.child_pipe[0], &c, 1) < 0) {
        }
        _exit(7);
    }
    char c;
    while (::read(ready[0], &c, 1) < 0) {
    }
    close(ready[0]);
    close(ready[1]);
    close(b.child_pipe[0]);
    b.child_pipe[0] = -1;
}
void with_flock_held(Bench& b) {
    lock_by_child(b, [](int fd) { return flock(fd, LOCK_EX); });
}
void with_record_lock_held(Bench& b) {
    lock_by_child(b, [](int fd) {
        struct flock whole {};
        whole.l_type = F_WRLCK;
        return fcntl(fd, F_SETLK, &whole);
    });
}

struct flock write_lock() {
    struct flock whole {};
    whole.l_type = F_WRLCK;
    return whole;
}

iovec piece(Bench& b) { return {b.room, sizeof(b.room)}; }
iovec short_piece(Bench& b) { return {&b.byte, 1}; }

long receive_message(Bench& b, int fd, int flags) {
    iovec part = piece(b);
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    return recvmsg(fd, &message, flags);
}
long send_message(int fd, void* bytes, size_t count) {
    iovec parts[2] = {{bytes, count / 2}, {static_cast<char*>(bytes) + count / 2, count - count / 2}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    return sendmsg(fd, &message, 0);
}
sigset_t only(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}
/// Signals to wait for must be blocked.
void with_usr2_blocked(Bench&) {
    const sigset_t set = only(SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}
void with_usr2_pending(Bench& b) {
    with_usr2_blocked(b);
    raise(SIGUSR2);
}

volatile sig_atomic_t g_no_signals = 0;
void on_no_signal(int) { g_no_signals = g_no_signals + 1; }

}  // namespace

#include "interposed_cases.inc"

namespace {

// ---- one call in one state ----

enum class State {
    Plain,
    InHandler,
    Restarted,
    Interrupted,
    Sampled,
    TimedOut,
    TimedOutSampled,
    Cancelled,
    CancelPending
};
const char* const kStateNames[] = {"plain",     "in_handler",        "restarted", "interrupted",   "sampled",
                                   "timed_out", "timed_out_sampled", "cancelled", "cancel_pending"};

bool g_is_probed = false;

struct Attempt {
    const Case* what;
    State state;
    Bench* bench;
    sem_t ready;
    volatile pid_t tid = 0;
    volatile bool is_over = false;
    long result = 0;
    int error = 0;
    bool was_early = false;
};

thread_local Attempt* t_attempt = nullptr;

void call(Attempt& attempt) {
    const double begin = now_ms();
    errno = kPreset;
    attempt.result = attempt.what->call(*attempt.bench);
    attempt.error = errno;
    const bool disturbed = attempt.state == State::Interrupted || attempt.state == State::Restarted;
    const bool lasts = attempt.state == State::TimedOut || attempt.state == State::TimedOutSampled ||
                       (attempt.what->waits && attempt.what->release == nullptr && !disturbed);
    attempt.was_early = lasts && now_ms() - begin < static_cast<double>(attempt.bench->wait_ms) - 0.5;
    attempt.is_over = true;
}

void on_call_signal(int) { call(*t_attempt); }
void on_signal(int) {}

void cancel_self_later() {
    int old;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    pthread_cancel(pthread_self());
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
}

void* try_it(void* argument) {
    auto& attempt = *static_cast<Attempt*>(argument);
    t_attempt = &attempt;
    if (attempt.what->prepare != nullptr) attempt.what->prepare(*attempt.bench);
    attempt.tid = gettid();
    sem_post(&attempt.ready);
    if (attempt.state == State::CancelPending) cancel_self_later();
    if (attempt.state == State::InHandler)
        pthread_kill(pthread_self(), SIGUSR1);
    else
        call(attempt);
    return nullptr;
}

enum class Doing { Something, Sleep, Gone };

/// What the kernel says that the thread does.
Doing doing(pid_t tid) {
    char path[64], text[512];
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Doing::Gone;
    const ssize_t length = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (length <= 0) return Doing::Gone;
    text[length] = 0;
    const char* end = strrchr(text, ')');
    return end != nullptr && end[2] == 'S' ? Doing::Sleep : Doing::Something;
}

void wait_until_asleep(const Attempt& attempt) {
    int seen = 0;
    for (int i = 0; i < 20'000 && seen < 4 && !attempt.is_over; ++i) {
        const Doing now = doing(attempt.tid);
        if (now == Doing::Gone) return;
        seen = now == Doing::Sleep ? seen + 1 : 0;
        usleep(300);
    }
}

/// What the sampler's timer sends, as far as the probe can tell.
void sample(pid_t tid) {
    if (!g_is_probed) return;
    siginfo_t info{};
    info.si_signo = SIGSTKFLT;
    info.si_code = SI_TIMER;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), tid, SIGSTKFLT, &info);
}

void disturb(Attempt& attempt, pthread_t thread) {
    switch (attempt.state) {
        case State::Restarted:
        case State::Interrupted:
            pthread_kill(thread, SIGUSR2);
            usleep(3000);
            return;
        case State::Sampled:
        case State::TimedOutSampled:
            for (int i = 0; i < 3 && !attempt.is_over; ++i) {
                sample(attempt.tid);
                usleep(3000);
            }
            return;
        case State::Cancelled:
            pthread_cancel(thread);
            usleep(3000);
            return;
        default:
            return;
    }
}

void set_handlers(State state) {
    struct sigaction action {};
    action.sa_handler = on_call_signal;
    sigaction(SIGUSR1, &action, nullptr);
    action.sa_handler = on_signal;
    action.sa_flags = state == State::Restarted ? SA_RESTART : 0;
    sigaction(SIGUSR2, &action, nullptr);
}

/// What else is different afterwards.
void clean_up(Bench& bench) {
    if (bench.child > 0) {
        if (bench.child_pipe[1] >= 0) end_child(bench);
        waitpid(bench.child, nullptr, 0);
    }
    if (!bench.has_thread) return;
    end_thread(bench);
    pthread_join(bench.thread, nullptr);
}

void run(const Case& what, State state, FILE* out) {
    set_handlers(state);
    auto* bench = new Bench;
    const bool times_out = state == State::TimedOut || state == State::TimedOutSampled;
    if (times_out || (what.waits && what.release == nullptr)) bench->wait_ms = kSoonMs;
    Attempt attempt{&what, state, bench, {}};
    sem_init(&attempt.ready, 0, 0);
    pthread_t thread;
    pthread_create(&thread, nullptr, try_it, &attempt);
    bench->caller = thread;
    while (sem_wait(&attempt.ready) != 0) {
    }
    if (what.waits) {
        wait_until_asleep(attempt);
        disturb(attempt, thread);
        if (!times_out && what.release != nullptr) what.release(*bench);
    }
    void* end = nullptr;
    pthread_join(thread, &end);
    const bool cancelled = end == PTHREAD_CANCELED;
    fprintf(out, "{\"function\": \"%s\", \"how\": \"%s\", \"state\": \"%s\", ", what.function, what.how,
            kStateNames[static_cast<int>(state)]);
    if (cancelled && !attempt.is_over)
        fprintf(out, "\"cancelled\": true}\n");
    else
        fprintf(out, "\"result\": %ld, \"error\": %d, \"detail\": %ld, \"early\": %s}\n", attempt.result, attempt.error,
                bench->detail, attempt.was_early ? "true" : "false");
    clean_up(*bench);
    delete bench;
}

void run_states(const Case& what, FILE* out) {
    run(what, State::Plain, out);
    if (what.with_cancel) run(what, State::CancelPending, out);
    if (!what.waits && what.in_handler) run(what, State::InHandler, out);
    if (what.waits) {
        run(what, State::Restarted, out);
        run(what, State::Interrupted, out);
        run(what, State::Sampled, out);
        if (what.with_cancel) run(what, State::Cancelled, out);
    }
    if (what.times_out) {
        run(what, State::TimedOut, out);
        run(what, State::TimedOutSampled, out);
    }
}

}  // namespace

/// Runs the cases whose function's name contains `filter`, and writes to the file descriptor.
extern "C" void run_interposed_calls(int descriptor, int is_probed, const char* filter) {
    g_is_probed = is_probed != 0;
    FILE* out = fdopen(dup(descriptor), "w");
    for (size_t i = 0; i < kCaseCount; ++i) {
        if (strstr(kCases[i].function, filter) == nullptr) continue;
        run_states(kCases[i], out);
        fflush(out);
    }
    fclose(out);
}
