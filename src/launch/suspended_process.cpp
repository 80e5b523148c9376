// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/suspended_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ftscale::launch {
namespace {

/// In the child: nothing here may allocate or lock.
[[noreturn]] void become(const CStrings& arguments, const CStrings& environment, const char* standard_input,
                         const SignalWatch& watch, Pipe& start, const Pipe& failure) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    start.close_writer();  // else we would keep ourselves waiting when the tool dies
    char go = 0;
    ssize_t count = 0;
    do {
        count = read(start.reader(), &go, 1);
    } while (count < 0 && errno == EINTR);
    if (count != 1) _exit(127);
    if (*standard_input != 0) {
        const int file = open(standard_input, O_RDONLY);
        if (file < 0 || dup2(file, STDIN_FILENO) < 0) report_errno(failure);
        if (file != STDIN_FILENO) close(file);
    }
    watch.restore_for_child();
    execve(arguments.data()[0], arguments.data(), environment.data());
    report_errno(failure);
}

/// Empty, or what went wrong.
std::string set_affinity(pid_t pid, const std::vector<int>& cpus) {
    if (cpus.empty()) return {};
    const int largest = *std::max_element(cpus.begin(), cpus.end());
    cpu_set_t* set = CPU_ALLOC(largest + 1);
    const std::size_t bytes = CPU_ALLOC_SIZE(largest + 1);
    CPU_ZERO_S(bytes, set);
    for (const int cpu : cpus) CPU_SET_S(cpu, bytes, set);
    const int failed = sched_setaffinity(pid, bytes, set);
    const int error = errno;
    CPU_FREE(set);
    return failed == 0 ? std::string() : fmt::format("cannot pin it to {} CPUs: {}", cpus.size(), std::strerror(error));
}

}  // namespace

SuspendedProcess::SuspendedProcess(const Command& command, const SignalWatch& watch)
    : program_(command.arguments.at(0)) {
    const CStrings arguments(command.arguments), environment(command.environment);
    pid_ = fork_process();
    if (pid_ == 0) become(arguments, environment, command.standard_input.c_str(), watch, start_, failure_);
    start_.close_reader();
    failure_.close_writer();
    affinity_error_ = set_affinity(pid_, command.cpus);
}

void SuspendedProcess::release() {
    const char go = 1;
    is_released_ = affinity_error_.empty() && write(start_.writer(), &go, 1) == 1;
    start_.close_writer();
}

std::string SuspendedProcess::start_error() {
    const int error = read_errno(failure_);
    if (!affinity_error_.empty()) return affinity_error_;
    if (error != 0) return fmt::format("cannot execute '{}': {}", program_, std::strerror(error));
    return is_released_ ? std::string() : "it ended before it was started";
}

}  // namespace ftscale::launch
