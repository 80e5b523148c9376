// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recording/manifest.h"

namespace ftscale::launch {

/// One process to run to its end.
struct Command {
    std::vector<std::string> arguments;    // [0] is the path of the program
    std::vector<std::string> environment;  // NAME=value
    std::vector<int> cpus;                 // affinity; empty: ours
    std::string standard_input;            // a file, read from its beginning; empty: ours
    std::chrono::nanoseconds timeout{0};   // 0: none
};

/// How it went; the fields are those of recording::Run.
struct Execution {
    recording::RunOutcome outcome = recording::RunOutcome::Exited;
    int exit_code = 0;
    int signal = 0;
    std::string start_error;
    std::uint64_t started_ns = 0;
    std::uint64_t ended_ns = 0;
    double user_s = 0, system_s = 0;
    int stops = 0;
    std::uint64_t stopped_ns = 0;
    std::uint64_t suspended_ns = 0;
    std::optional<recording::OtherLoad> other_load{};
    std::vector<recording::Leftover> leftovers{};
};

/// Runs commands. An interface so that the logic of a sweep is tested without processes.
class Executor {
  public:
    virtual ~Executor() = default;
    /// Starts them at the same time and waits for all of them; how each went, in their order. The first's timeout is
    /// that of all. Throws base::Error only where no process can be made at all.
    virtual std::vector<Execution> execute_together(const std::vector<Command>& commands) = 0;
    Execution execute(const Command& command) { return execute_together({command}).front(); }
    /// The user wants the sweep to end.
    virtual bool is_interrupted() = 0;
};

}  // namespace ftscale::launch
