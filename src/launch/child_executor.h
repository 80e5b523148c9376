// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <vector>

#include "launch/executor.h"
#include "launch/signal_watch.h"

namespace ftscale::launch {

/// Runs commands as child processes. A child that takes too long gets SIGTERM and, two seconds later, SIGKILL. When the
/// user interrupts us the child gets that signal too (unless the terminal has sent it already), then SIGTERM, then
/// SIGKILL; a second Ctrl-C kills at once. In both cases the processes it leaves behind are killed as well; after an
/// ordinary end they are left alone.
class ChildExecutor : public Executor {
  public:
    ChildExecutor();
    ~ChildExecutor() override;

    Execution execute(const Command& command) override;
    bool is_interrupted() override;

    static constexpr std::chrono::seconds kGrace{2};

  private:
    class Supervision;
    bool reap(pid_t child, Execution& execution);
    void await(pid_t child, std::chrono::nanoseconds timeout, Execution& execution);
    void notice_late_interrupt(Execution& execution);

    SignalWatch watch_;
    bool is_interrupted_ = false;
};

}  // namespace ftscale::launch
