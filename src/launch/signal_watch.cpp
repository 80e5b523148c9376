// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/signal_watch.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace ftscale::launch {
namespace {

bool is_ignored_now(int signal) {
    struct sigaction action {};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU}) sigaddset(&set, signal);
    return set;
}

bool is_stop(int signal) { return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU; }

int poll_milliseconds(std::chrono::nanoseconds timeout) {
    if (timeout.count() < 0) return -1;
    constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24);  // an int holds no more than 24 days
    return static_cast<int>(std::min(kLongest, std::chrono::ceil<std::chrono::milliseconds>(timeout)).count());
}

}  // namespace

SignalWatch::SignalWatch()
    : interrupt_was_ignored_(is_ignored_now(SIGINT)),
      hangup_was_ignored_(is_ignored_now(SIGHUP)),
      stop_was_ignored_(is_ignored_now(SIGTSTP)) {
    // Where SIGCHLD is ignored the kernel reaps children by itself and their status is lost.
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &by_default, &old_child_action_);
    const sigset_t watched = watched_signals();
    sigprocmask(SIG_BLOCK, &watched, &old_mask_);
    descriptor_ = base::Fd(signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_.is_open()) {
        const int error = errno;
        restore_for_child();
        throw base::Error(std::string("cannot watch for signals: ") + std::strerror(error));
    }
}

SignalWatch::~SignalWatch() { restore_for_child(); }

void SignalWatch::restore_for_child() const {
    sigaction(SIGCHLD, &old_child_action_, nullptr);
    sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

void SignalWatch::stop_as_asked(int signal) const {
    // Not SIGSTOP: the kernel knows when stopping would be for ever, as nobody is left to continue us.
    sigset_t asked;
    sigemptyset(&asked);
    sigaddset(&asked, signal);
    raise(signal);
    sigprocmask(SIG_UNBLOCK, &asked, nullptr);  // it is delivered here
    sigprocmask(SIG_BLOCK, &asked, nullptr);
}

bool SignalWatch::is_unwanted(int signal, bool from_terminal) const {
    // A shell without job control starts background jobs with SIGINT ignored, to keep the terminal's Ctrl-C from them;
    // a SIGINT that somebody sends to this very process is meant, though. nohup ignores SIGHUP.
    return (signal == SIGINT && interrupt_was_ignored_ && from_terminal) || (signal == SIGHUP && hangup_was_ignored_);
}

std::optional<SignalWatch::Notice> SignalWatch::read_notice() {
    signalfd_siginfo info{};
    while (read(descriptor_.get(), &info, sizeof info) == sizeof info) {
        const int signal = static_cast<int>(info.ssi_signo);
        if (signal == SIGCHLD) return Notice{Event::ChildChanged, signal, false};
        if (is_stop(signal) && stop_was_ignored_) continue;
        if (is_stop(signal)) return Notice{Event::StopAsked, signal, false};
        const bool from_terminal = info.ssi_code == SI_KERNEL;
        if (is_unwanted(signal, from_terminal)) continue;
        // A child that ignores SIGINT with us would not notice it.
        const int effective = signal == SIGINT && interrupt_was_ignored_ ? SIGTERM : signal;
        return Notice{Event::Interrupted, effective, from_terminal};
    }
    return std::nullopt;
}

std::optional<SignalWatch::Notice> SignalWatch::wait(std::chrono::nanoseconds timeout) {
    if (auto notice = read_notice()) return notice;
    pollfd readable{descriptor_.get(), POLLIN, 0};
    if (poll(&readable, 1, poll_milliseconds(timeout)) <= 0) return std::nullopt;
    return read_notice();
}

}  // namespace ftscale::launch
