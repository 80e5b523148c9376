// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What every start of a child process needs: pipes, argument vectors made before the fork, and a way to learn why an
// exec failed.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace ftscale::launch {

/// A pipe whose ends are closed on exec and with the object.
class Pipe {
  public:
    /// Throws base::Error.
    Pipe();
    ~Pipe();
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    int reader() const { return ends_[0]; }
    int writer() const { return ends_[1]; }
    void close_reader() { close_end(0); }
    void close_writer() { close_end(1); }

  private:
    void close_end(int index);
    int ends_[2] = {-1, -1};
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
