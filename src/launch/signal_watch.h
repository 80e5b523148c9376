// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>

#include <chrono>
#include <optional>

#include "base/fd.h"

namespace ftscale::launch {

/// While it lives, Ctrl-C, SIGTERM, SIGHUP, what stops a job (Ctrl-Z, use of the terminal from the background) and what
/// children do are not delivered but read here, one after another: no handler, no flag, no race. One object at a time,
/// in a process whose other threads (if any) block these signals too.
class SignalWatch {
  public:
    SignalWatch();
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

    enum class Event { ChildChanged, Interrupted, StopAsked };
    struct Notice {
        Event event{};
        int signal = 0;
        bool reached_child = false;  // the terminal sent it to all processes in the foreground, ours and the child's
    };

    /// The next notice; nothing when `timeout` (negative: forever) passes first, or a little earlier.
    std::optional<Notice> wait(std::chrono::nanoseconds timeout);

    /// Stops this process as the signal of a StopAsked would have done; returns when it is continued.
    void stop_as_asked(int signal) const;

    /// For the child between fork and exec: signals as we found them. Async-signal-safe.
    void restore_for_child() const;

  private:
    bool is_unwanted(int signal, bool from_terminal) const;
    std::optional<Notice> read_notice();

    base::Fd descriptor_;
    sigset_t old_mask_{};
    bool interrupt_was_ignored_ = false;
    bool hangup_was_ignored_ = false;
    bool stop_was_ignored_ = false;
    struct sigaction old_child_action_ {};
};

}  // namespace ftscale::launch
