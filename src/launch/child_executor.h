// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <vector>

#include "launch/executor.h"
#include "launch/signal_watch.h"

namespace ftscale::launch {

/// Runs commands as child processes. Children that take too long get SIGTERM and, two seconds later, SIGKILL. When the
/// user interrupts us they get that signal too (unless the terminal has sent it already), then SIGTERM, then SIGKILL; a
/// second Ctrl-C kills at once. In both cases the processes they leave behind are killed as well; after an ordinary end
/// these are left alone, and named where they are busy while a later command runs. When the user stops the job we stop
/// with the children.
class ChildExecutor : public Executor {
  public:
    ChildExecutor();
    ~ChildExecutor() override;

    std::vector<Execution> execute_together(const std::vector<Command>& commands) override;
    bool is_interrupted() override;

    static constexpr std::chrono::seconds kGrace{2};

  private:
    class Supervision;
    void await(Supervision& children);
    void notice_late_interrupt(std::vector<Execution>& executions);

    SignalWatch watch_;
    bool is_interrupted_ = false;
};

}  // namespace ftscale::launch
