// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What native code does with signals, for signals_test.py: handlers that count, and that jump.
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace {

std::atomic<int> g_in_main{0}, g_elsewhere{0};

void on_process_signal(int, siginfo_t*, void*) { ++(gettid() == getpid() ? g_in_main : g_elsewhere); }

void spin(long steps) {
    for (long i = 0; i < steps; ++i) asm volatile("" ::: "memory");
}

void install(int signal, void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    sigaction(signal, &action, nullptr);
}

void* kill_and_compute(void*) {
    spin(2'000'000);
    kill(getpid(), SIGTERM);
    spin(5'000'000);
    return nullptr;
}

void sleep_ms(long ms) {
    timespec time{ms / 1000, ms % 1000 * 1'000'000};
    nanosleep(&time, nullptr);
}

// ---- threads that end ----

std::atomic<long> g_sent{0}, g_handled{0};
std::atomic<bool> g_stop{false};

void on_counted(int, siginfo_t*, void*) { ++g_handled; }
void on_timer(int, siginfo_t*, void*) {}

/// To the process, to the main thread, queued: signals that queue up, so that none is lost by being sent twice.
void* send_signals(void* main_thread) {
    for (unsigned i = 0; !g_stop; ++i) {
        const int number = SIGRTMIN + 3 + static_cast<int>(i % 5);
        int failed = 0;
        switch (i % 3) {
            case 0:
                failed = kill(getpid(), number);
                break;
            case 1:
                failed = pthread_kill(*static_cast<pthread_t*>(main_thread), number);
                break;
            default:
                failed = sigqueue(getpid(), number, {});
        }
        if (failed == 0) ++g_sent;
        sleep_ms(1);
    }
    return nullptr;
}

void* live_shortly(void*) {
    spin(20'000);
    return nullptr;
}

// ---- handlers that jump ----

thread_local sigjmp_buf t_way_out;
void jump(int, siginfo_t*, void*) { siglongjmp(t_way_out, 1); }

sem_t g_never_posted;

void* interrupt(void* target) {
    sleep_ms(5);
    pthread_kill(*static_cast<pthread_t*>(target), SIGUSR2);
    return nullptr;
}

void jump_out_of_wait() {
    pthread_t self = pthread_self(), sender;
    if (sigsetjmp(t_way_out, 1) != 0) return;
    pthread_create(&sender, nullptr, interrupt, &self);
    pthread_detach(sender);
    while (sem_wait(&g_never_posted) != 0) {
    }
}

// ---- handlers that fork ----

std::atomic<int> g_children{0}, g_wrong_ends{0};

void fork_and_wait(int, siginfo_t*, void*) {
    const int entry_errno = errno;
    const pid_t child = fork();
    if (child == 0) _exit(3);
    int status = 0;
    if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 3) ++g_wrong_ends;
    ++g_children;
    errno = entry_errno;
}

sem_t g_there, g_back;

void* echo(void* turns) {
    for (long i = 0; i < *static_cast<long*>(turns); ++i) {
        while (sem_wait(&g_there) != 0) {
        }
        sem_post(&g_back);
    }
    return nullptr;
}

void* signal_often(void* target) {
    while (!g_stop) {
        sleep_ms(2);
        pthread_kill(*static_cast<pthread_t*>(target), SIGUSR2);
    }
    return nullptr;
}

// ---- a signal just before a sleep ----

std::atomic<long long> g_alarm_ns{0};

long long now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

void on_alarm(int, siginfo_t*, void*) { g_alarm_ns = now_ns(); }

}  // namespace

extern "C" {

/// How many sleeps went on although a signal came after they were called, out of so many. A few do whatever one does:
/// the signal comes before the kernel knows of the sleep. Signals come from 0 to 20 microseconds after the timer is
/// set.
int sleeps_through_signals(int turns) {
    install(SIGUSR2, on_alarm);
    sigevent event = {};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGUSR2;
    event._sigev_un._tid = gettid();
    timer_t timer{};
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return -1;
    int slept = 0;
    for (int turn = 0; turn < turns; ++turn) {
        g_alarm_ns = 0;
        const itimerspec soon{{0, 0}, {0, 1 + turn % 100 * 200}};
        timer_settime(timer, 0, &soon, nullptr);
        const timespec sleep{0, 3'000'000};
        const long long called_ns = now_ns();
        const int result = nanosleep(&sleep, nullptr);
        if (result == 0 && g_alarm_ns >= called_ns) ++slept;
    }
    timer_delete(timer);
    return slept;
}

/// Forks in a handler while its thread waits and wakes another in turns. Children that ended in another way than they
/// should; -1 where there were none.
int forks_gone_wrong(long turns) {
    sem_init(&g_there, 0, 0);
    sem_init(&g_back, 0, 0);
    g_children = g_wrong_ends = 0;
    g_stop = false;
    install(SIGUSR2, fork_and_wait);
    pthread_t self = pthread_self(), other, sender;
    pthread_create(&other, nullptr, echo, &turns);
    pthread_create(&sender, nullptr, signal_often, &self);
    for (long i = 0; i < turns; ++i) {
        sem_post(&g_there);
        while (sem_wait(&g_back) != 0) {
        }
    }
    g_stop = true;
    pthread_join(sender, nullptr);
    pthread_join(other, nullptr);
    signal(SIGUSR2, SIG_DFL);
    return g_children > 0 ? g_wrong_ends.load() : -1;
}

/// Has a thread send SIGTERM to the process `count` times and compute on, while the main thread sleeps. How often the
/// signal came to another thread than the main one.
int signals_elsewhere(int count) {
    g_in_main = g_elsewhere = 0;
    install(SIGTERM, on_process_signal);
    for (int i = 0; i < count; ++i) {
        pthread_t thread;
        pthread_create(&thread, nullptr, kill_and_compute, nullptr);
        sleep_ms(300);
        pthread_join(thread, nullptr);
    }
    signal(SIGTERM, SIG_DFL);
    return g_in_main + g_elsewhere == count ? g_elsewhere.load() : -1;
}

/// Starts and ends `count` threads, some at a time, while signals of many kinds are sent. Signals sent and not handled.
long signals_lost_while_threads_end(int count) {
    g_sent = g_handled = 0;
    g_stop = false;
    for (int i = 0; i < 5; ++i) install(SIGRTMIN + 3 + i, on_counted);
    for (int number : {SIGALRM, SIGPROF, SIGVTALRM, SIGUSR1}) install(number, on_timer);
    const itimerval often{{0, 1700}, {0, 1700}};
    for (int timer : {ITIMER_REAL, ITIMER_PROF, ITIMER_VIRTUAL})
        setitimer(static_cast<__itimer_which>(timer), &often, nullptr);
    pthread_t self = pthread_self(), sender;
    pthread_create(&sender, nullptr, send_signals, &self);
    constexpr int kAtOnce = 20;
    for (int done = 0; done < count; done += kAtOnce) {
        pthread_t threads[kAtOnce];
        for (pthread_t& thread : threads)
            while (pthread_create(&thread, nullptr, live_shortly, nullptr) != 0) sleep_ms(1);
        pthread_kill(threads[0], SIGUSR1);
        for (pthread_t thread : threads) pthread_join(thread, nullptr);
    }
    g_stop = true;
    pthread_join(sender, nullptr);
    const itimerval never{};
    for (int timer : {ITIMER_REAL, ITIMER_PROF, ITIMER_VIRTUAL})
        setitimer(static_cast<__itimer_which>(timer), &never, nullptr);
    for (int i = 0; i < 2000 && g_handled != g_sent; ++i) sleep_ms(1);
    return g_sent - g_handled;
}

/// Leaves `count` waits by siglongjmp from a handler, as some numerical packages leave computations.
void jump_out_of_waits(int count) {
    sem_init(&g_never_posted, 0, 0);
    install(SIGUSR2, jump);
    for (int i = 0; i < count; ++i) jump_out_of_wait();
    signal(SIGUSR2, SIG_IGN);
}
}
