// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What every start of a child process needs: pipes, argument vectors made before the fork, and a way to learn why an
// exec failed.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/fd.h"

namespace ftscale::launch {

/// A pipe whose ends are closed on exec and with the object.
class Pipe {
  public:
    /// Throws base::Error.
    Pipe();

    int reader() const { return reader_.get(); }
    int writer() const { return writer_.get(); }
    void close_reader() { reader_.reset(); }
    void close_writer() { writer_.reset(); }

  private:
    base::Fd reader_, writer_;
};

/// The null-terminated array of C strings that exec wants. Keeps a reference to the strings.
class CStrings {
  public:
    explicit CStrings(const std::vector<std::string>& strings);
    char* const* data() const { return pointers_.data(); }

  private:
    std::vector<char*> pointers_;
};

/// fork(), throwing base::Error. The child may do nothing that allocates or locks until it calls exec.
pid_t fork_process();

/// In the child, after a call failed: tells the parent errno and exits. Safe after fork.
[[noreturn]] void report_errno(const Pipe& failure);
/// In the parent: 0 once exec has closed the pipe, else the child's errno. Waits for either; the child must hold the
/// only writer.
int read_errno(const Pipe& failure);

}  // namespace ftscale::launch
