// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace ftscale::launch {

Pipe::Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw base::Error(std::string("cannot make a pipe: ") + std::strerror(errno));
    reader_ = base::Fd(ends[0]);
    writer_ = base::Fd(ends[1]);
}

CStrings::CStrings(const std::vector<std::string>& strings) {
    // exec's signature is older than const; it does not write to the strings.
    for (const std::string& string : strings) pointers_.push_back(const_cast<char*>(string.c_str()));
    pointers_.push_back(nullptr);
}

pid_t fork_process() {
    const pid_t child = fork();
    if (child < 0) throw base::Error(std::string("cannot start a process: ") + std::strerror(errno));
    return child;
}

void report_errno(const Pipe& failure) {
    const int error = errno;
    // Nobody is left to tell when this fails too.
    if (write(failure.writer(), &error, sizeof error) < 0) _exit(127);
    _exit(127);
}

int read_errno(const Pipe& failure) {
    int error = 0;
    ssize_t count = 0;
    do {
        count = read(failure.reader(), &error, sizeof error);
    } while (count < 0 && errno == EINTR);
    return count == sizeof error ? error : 0;
}

}  // namespace ftscale::launch
