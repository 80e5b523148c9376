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
    /// Lets it go. To be called once.
    void release();
    /// After release(): waits until it has become the program. Empty, or why it could not; it must be reaped in either
    /// case. Of several processes release all before asking the first: each keeps the earlier ones' pipes open until
    /// it runs.
    std::string start_error();

  private:
    Pipe start_, failure_;
    std::string program_;
    std::string affinity_error_;
    bool is_released_ = false;
    pid_t pid_ = -1;
};

}  // namespace ftscale::launch
