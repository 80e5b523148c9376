// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace ftscale::launch {

/// How a short question to another program ended.
struct CapturedCommand {
    int start_error = 0;     // errno of a failed exec; then nothing else is set
    bool timed_out = false;  // and was killed
    int status = 0;          // as of waitpid
    std::string output;      // standard output, at most kMaxCapturedBytes
};

inline constexpr std::size_t kMaxCapturedBytes = 1 << 16;

/// Runs argv[0] (a path) with nothing to read and its standard error thrown away, in this process's environment. The
/// program dies with us, and takes what it started with it when it is too slow. Throws base::Error when no process can
/// be made.
CapturedCommand capture_output(const std::vector<std::string>& argv, std::chrono::milliseconds timeout);

}  // namespace ftscale::launch
