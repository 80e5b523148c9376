// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/captured_command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "launch/process.h"

namespace ftscale::launch {
namespace {

using Clock = std::chrono::steady_clock;

/// In the child: nothing here may allocate or lock.
[[noreturn]] void become(char* const* argv, const Pipe& output, const Pipe& failure) {
    setpgid(0, 0);  // so that a wrapper script and what it started can be killed together
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(output.writer(), STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    execv(argv[0], argv);
    report_errno(failure);
}

int milliseconds_until(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
}

/// Reads until the end of the output. False when that did not come in time.
bool read_until(int descriptor, Clock::time_point deadline, std::string& text) {
    for (;;) {
        pollfd readable{descriptor, POLLIN, 0};
        const int ready = poll(&readable, 1, milliseconds_until(deadline));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        char buffer[4096];
        const ssize_t count = read(descriptor, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return true;
        if (text.size() < kMaxCapturedBytes) text.append(buffer, static_cast<std::size_t>(count));
    }
}

}  // namespace

CapturedCommand capture_output(const std::vector<std::string>& argv, std::chrono::milliseconds timeout) {
    Pipe output, failure;
    const CStrings arguments(argv);
    const pid_t child = fork_process();
    if (child == 0) become(arguments.data(), output, failure);

    CapturedCommand result;
    output.close_writer();
    failure.close_writer();
    const auto deadline = Clock::now() + timeout;
    result.start_error = read_errno(failure);
    result.timed_out = !read_until(output.reader(), deadline, result.output);
    // Its answer is complete or comes too late; one that has exited by itself keeps its own status.
    kill(-child, SIGKILL);
    while (waitpid(child, &result.status, 0) < 0 && errno == EINTR) {
    }
    return result;
}

}  // namespace ftscale::launch
