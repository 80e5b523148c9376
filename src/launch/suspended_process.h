// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "launch/executor.h"
#include "launch/process.h"
#include "launch/signal_watch.h"

namespace ftscale::launch {

/// A child process that stands right before its exec, so that all that must be true from its first instruction on
/// (affinity, and later counters) can be arranged from here. It stays in our process group: the terminal's Ctrl-C
/// reaches it, and it may read from the terminal. When we die it gets SIGTERM.
class SuspendedProcess {
  public:
    /// Throws base::Error when no process can be made.
    SuspendedProcess(const Command& command, const SignalWatch& watch);

    pid_t pid() const { return pid_; }
    /// Lets it go. Empty, or why it could not be started; it must be reaped in either case. To be called once.
    std::string release();

  private:
    Pipe start_, failure_;
    std::string program_;
    std::string affinity_error_;
    pid_t pid_ = -1;
};

}  // namespace ftscale::launch
