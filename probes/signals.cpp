// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A script may install handlers for every signal there is, or block them all; both must work as if the probe were not
// there, and the probe must go on sampling. So the calls that do it are interposed, for our one signal only.
#include "signals.h"

#include "real.h"
#include "sampler.h"
#include "signal_path.h"

namespace ftscale::probe {

struct sigaction g_script_action = {};

namespace {

bool g_installed = false;

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

template <typename Real>
int change_mask(Real real_function, int how, const sigset_t* set, sigset_t* old_set) {
    ThreadState* state = t_state;
    if (state == nullptr || !g_installed) return real_function(how, set, old_set);
    const bool had_signal = state->mask_has_signal;
    sigset_t without;
    if (set != nullptr) {
        without = *set;
        if (how != SIG_UNBLOCK) sigdelset(&without, sample_signal());
    }
    const int result = real_function(how, set != nullptr ? &without : nullptr, old_set);
    if (result != 0) return result;
    if (set != nullptr) state->mask_has_signal = next_mask_has_signal(how, set, had_signal);
    show_mask(old_set, had_signal);
    return 0;
}

}  // namespace

int sample_signal() { return SIGSTKFLT; }

void install_sample_handler() {
    struct sigaction action = {};
    action.sa_sigaction = on_sample_signal;
    sigemptyset(&action.sa_mask);
    // SA_RESTART: older interpreters do not survive EINTR from the semaphore of a raw mutex (gh-148820).
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    real().sigaction(sample_signal(), &action, &g_script_action);
    g_installed = true;
}

}  // namespace ftscale::probe

using namespace ftscale::probe;

extern "C" {
#pragma GCC visibility push(default)

int sigaction(int signal, const struct sigaction* action, struct sigaction* old_action) noexcept {
    if (!g_installed || signal != sample_signal()) return real().sigaction(signal, action, old_action);
    const struct sigaction previous = g_script_action;
    if (action != nullptr) g_script_action = *action;
    if (old_action != nullptr) *old_action = previous;
    return 0;
}

sighandler_t signal(int number, sighandler_t handler) noexcept {
    if (!g_installed || number != sample_signal()) return real().signal(number, handler);
    const sighandler_t previous = g_script_action.sa_handler;
    g_script_action = {};
    g_script_action.sa_handler = handler;
    return previous;
}

int pthread_sigmask(int how, const sigset_t* set, sigset_t* old_set) noexcept {
    return change_mask(real().pthread_sigmask, how, set, old_set);
}
int sigprocmask(int how, const sigset_t* set, sigset_t* old_set) noexcept {
    return change_mask(real().sigprocmask, how, set, old_set);
}

#pragma GCC visibility pop
}
