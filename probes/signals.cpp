// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A script may install handlers for every signal there is, or block them all; both must work as if the probe were not
// there, and the probe must go on sampling. So the calls that do it are interposed.
#include "signals.h"

#include <cerrno>

#include "globals.h"
#include "interruption.h"
#include "raw_syscall.h"
#include "real.h"
#include "sampler.h"
#include "script_signals.h"
#include "signal_path.h"

namespace ftscale::probe {

struct sigaction g_script_action = {};

namespace {

bool g_installed = false;
std::uint64_t g_interrupting = 0;  // signals that siginterrupt() was called for: signal() asks

/// Signals that say that the thread itself has gone wrong: no handler of theirs is the wrong thread's, and none comes
/// between us and a crash.
constexpr int kFaults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};

bool is_fault(int signal) {
    for (const int fault : kFaults)
        if (signal == fault) return true;
    return false;
}

/// Whether the script's handlers of the signal are called through ours. glibc keeps those below SIGRTMIN to itself.
bool is_watched(int signal) {
    const bool is_classic = signal >= 1 && signal < 32;
    return (is_classic || (signal >= SIGRTMIN && signal <= SIGRTMAX)) && signal != sample_signal() &&
           signal != SIGKILL && signal != SIGSTOP && !is_fault(signal);
}

bool is_function(const struct sigaction& action) {
    return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN && action.sa_handler != SIG_ERR;
}

/// How the script has installed its handler: SA_SIGINFO, or not.
std::uint64_t g_with_info = 0;

bool has_bit(std::uint64_t bits, int signal) { return (bits >> (signal - 1) & 1) != 0; }
void set_bit(std::uint64_t& bits, int signal, bool value) {
    const std::uint64_t bit = std::uint64_t{1} << (signal - 1);
    if (value)
        __atomic_fetch_or(&bits, bit, __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&bits, ~bit, __ATOMIC_RELAXED);
}

/// The script's action as the kernel gets it, with our handler before the script's.
struct sigaction stand_before(int signal, const struct sigaction& action) {
    struct sigaction ours = action;
    set_script_handler(signal, action.sa_sigaction, (action.sa_flags & SA_RESTART) != 0);
    set_bit(g_with_info, signal, (action.sa_flags & SA_SIGINFO) != 0);
    ours.sa_sigaction = on_script_signal;
    ours.sa_flags |= SA_SIGINFO;
    return ours;
}

/// The kernel's answer as the script would get it without us.
void show_action(struct sigaction& action, SignalHandler handler, bool with_info) {
    if (action.sa_sigaction != on_script_signal) return;
    action.sa_sigaction = handler;
    if (!with_info) action.sa_flags &= ~SA_SIGINFO;
}

int watched_sigaction(int signal, const struct sigaction* action, struct sigaction* old_action) {
    const SignalHandler handler = script_handler(signal);
    const bool with_info = has_bit(g_with_info, signal), restarts = is_restarting(signal);
    struct sigaction ours;
    const bool is_ours = action != nullptr && is_function(*action);
    if (is_ours) ours = stand_before(signal, *action);
    const int result = real().sigaction(signal, is_ours ? &ours : action, old_action);
    if (result != 0 && is_ours) {
        set_script_handler(signal, handler, restarts);
        set_bit(g_with_info, signal, with_info);
    }
    if (result == 0 && old_action != nullptr) show_action(*old_action, handler, with_info);
    return result;
}

void stand_before_all() {
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        struct sigaction action = {};
        if (!is_watched(signal) || real().sigaction(signal, nullptr, &action) != 0 || !is_function(action)) continue;
        const struct sigaction ours = stand_before(signal, action);
        real().sigaction(signal, &ours, nullptr);
    }
}

sighandler_t install(int number, sighandler_t handler, int flags, bool blocks_itself) {
    struct sigaction action = {}, old_action = {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    if (blocks_itself) sigaddset(&action.sa_mask, number);
    return watched_sigaction(number, &action, &old_action) == 0 ? old_action.sa_handler : SIG_ERR;
}

/// What the script sees when it asks for a mask: ours, with our signal as the script believes it to be.
void show_mask(sigset_t* mask, bool has_signal) {
    if (mask != nullptr && has_signal) sigaddset(mask, sample_signal());
}

bool next_mask_has_signal(int how, const sigset_t* set, bool now) {
    const bool named = sigismember(set, sample_signal()) == 1;
    switch (how) {
        case SIG_BLOCK:
            return now || named;
        case SIG_UNBLOCK:
            return now && !named;
        default:
            return named;
    }
}

/// A signal that the script has sent while it believed it blocked comes when it is not.
void send_held_signal(ThreadState& state) {
    if (state.mask_has_signal || !take_held_signal(state, nullptr)) return;
    raw_syscall(SYS_tgkill, g_pid, state.tid, sample_signal());
}

template <typename Real>
int change_mask(Real real_function, int how, const sigset_t* set, sigset_t* old_set) {
    ThreadState* state = own_state();
    if (state == nullptr || !g_installed) return real_function(how, set, old_set);
    const bool had_signal = state->mask_has_signal;
    sigset_t without;
    if (set != nullptr) {
        without = *set;
        if (how != SIG_UNBLOCK) sigdelset(&without, sample_signal());
    }
    // `set` and `old_set` may be one.
    const bool has_signal = set != nullptr ? next_mask_has_signal(how, set, had_signal) : had_signal;
    const int result = real_function(how, set != nullptr ? &without : nullptr, old_set);
    if (result != 0) return result;
    state->mask_has_signal = has_signal;
    show_mask(old_set, had_signal);
    send_held_signal(*state);
    return 0;
}

sigset_t without_ours(const sigset_t& set) {
    sigset_t rest = set;
    sigdelset(&rest, sample_signal());
    return rest;
}

// ---- waiting for signals ----

/// Waits until a handler of the script has run, with `mask` in force. Outside of the waits nothing is let through: a
/// signal that comes between two of them ends the second.
int suspend(const sigset_t& mask) {
    const sigset_t waited = without_ours(mask);
    sigset_t all, before;
    sigfillset(&all);
    real().pthread_sigmask(SIG_SETMASK, &all, &before);
    SignalsSince signals;
    do {
        signals.next_call();
        real().sigsuspend(&waited);
    } while (signals.are_ours_alone());
    real().pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = EINTR;
    return -1;
}

/// Takes a signal of `set`, ours only where the script has sent it.
int await_signal(const sigset_t& set, siginfo_t* info, const timespec* timeout) {
    ThreadState* state = own_state();
    if (state == nullptr || !g_installed) return real().sigtimedwait(&set, info, timeout);
    const bool wants_ours = sigismember(&set, sample_signal()) == 1;
    const sigset_t others = without_ours(set);
    return go_on_within(timeout, [&](const timespec* left) {
        if (wants_ours && take_held_signal(*state, info)) return sample_signal();
        return real().sigtimedwait(&others, info, left);
    });
}

struct sigaction sample_action() {
    struct sigaction action = {};
    action.sa_sigaction = on_sample_signal;
    // Nothing but a crash comes into the handler: what it would call finds a record half written.
    sigfillset(&action.sa_mask);
    for (const int fault : kFaults) sigdelset(&action.sa_mask, fault);
    // SA_RESTART: older interpreters do not survive EINTR from the semaphore of a raw mutex (gh-148820).
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    return action;
}

}  // namespace

bool has_sample_handler() { return g_installed; }

void restore_sample_handler() {
    const struct sigaction action = sample_action();
    real().sigaction(sample_signal(), &action, nullptr);
}

void install_sample_handler() {
    const struct sigaction action = sample_action();
    real().sigaction(sample_signal(), &action, &g_script_action);
    stand_before_all();
    g_installed = true;
}

void block_sample_signal(bool blocked) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, sample_signal());
    real().pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, nullptr);
}

bool take_held_signal(ThreadState& state, siginfo_t* info) {
    if (!state.holds_signal) return false;
    state.holds_signal = false;
    if (info != nullptr) *info = state.held_signal;
    return true;
}

}  // namespace ftscale::probe

using namespace ftscale::probe;

extern "C" {
#pragma GCC visibility push(default)

int sigaction(int signal, const struct sigaction* action, struct sigaction* old_action) noexcept {
    if (!g_installed) return real().sigaction(signal, action, old_action);
    if (is_watched(signal)) return watched_sigaction(signal, action, old_action);
    if (signal != sample_signal()) return real().sigaction(signal, action, old_action);
    const struct sigaction previous = g_script_action;
    if (action != nullptr) g_script_action = *action;
    if (old_action != nullptr) *old_action = previous;
    return 0;
}

sighandler_t signal(int number, sighandler_t handler) noexcept {
    if (g_installed && is_watched(number))
        return install(number, handler, has_bit(g_interrupting, number) ? 0 : SA_RESTART, true);
    if (!g_installed || number != sample_signal()) return real().signal(number, handler);
    const sighandler_t previous = g_script_action.sa_handler;
    g_script_action = {};
    g_script_action.sa_handler = handler;
    return previous;
}

sighandler_t __sysv_signal(int number, sighandler_t handler) noexcept {
    if (g_installed && is_watched(number)) return install(number, handler, SA_RESETHAND | SA_NODEFER, false);
    return number == sample_signal() ? signal(number, handler) : real().__sysv_signal(number, handler);
}

int siginterrupt(int signal, int interrupts) noexcept {
    const int result = real().siginterrupt(signal, interrupts);
    if (result != 0) return result;
    set_bit(g_interrupting, signal, interrupts != 0);
    set_script_handler(signal, script_handler(signal), interrupts == 0);
    return result;
}

int pthread_sigmask(int how, const sigset_t* set, sigset_t* old_set) noexcept {
    return change_mask(real().pthread_sigmask, how, set, old_set);
}
int sigprocmask(int how, const sigset_t* set, sigset_t* old_set) noexcept {
    return change_mask(real().sigprocmask, how, set, old_set);
}

int sigpending(sigset_t* set) noexcept {
    const int result = real().sigpending(set);
    ThreadState* state = own_state();
    if (result != 0 || state == nullptr || !g_installed) return result;
    sigdelset(set, sample_signal());
    show_mask(set, state->holds_signal);
    return 0;
}

int signalfd(int fd, const sigset_t* set, int flags) noexcept {
    if (!g_installed) return real().signalfd(fd, set, flags);
    const sigset_t others = without_ours(*set);
    return real().signalfd(fd, &others, flags);
}

int pause() {
    if (own_state() == nullptr || !g_installed) return real().pause();
    sigset_t mask;
    real().pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    return suspend(mask);
}

int sigsuspend(const sigset_t* mask) {
    if (own_state() == nullptr || !g_installed) return real().sigsuspend(mask);
    return suspend(*mask);
}

int sigwait(const sigset_t* __restrict set, int* __restrict number) {
    if (own_state() == nullptr || !g_installed) return real().sigwait(set, number);
    const Errno keep;
    for (;;) {
        const int result = await_signal(*set, nullptr, nullptr);
        if (result < 0 && errno == EINTR) continue;
        if (result < 0) return errno;
        *number = result;
        return 0;
    }
}
int sigwaitinfo(const sigset_t* __restrict set, siginfo_t* __restrict info) {
    return await_signal(*set, info, nullptr);
}
int sigtimedwait(const sigset_t* __restrict set, siginfo_t* __restrict info, const timespec* __restrict timeout) {
    return await_signal(*set, info, timeout);
}

#pragma GCC visibility pop
}
