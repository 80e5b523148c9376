// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a run's process is told: its arguments and its environment. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "launch/variables.h"
#include "recording/manifest.h"

namespace ftscale::launch {

/// The program to measure, as given on the command line.
struct Target {
    enum class Kind { Script, Module, Code };
    Kind kind = Kind::Script;
    std::string program;  // path, module name, or code
    std::vector<std::string> arguments;

    /// As a recording names it: script.py x y; -m module x y; -c code x y.
    std::vector<std::string> words() const;
};

/// How many threads the run's process is told to use.
int threads_told(const recording::Run& run);

/// `{threads}` replaced. Script paths and arguments only: in code it may well be an f-string's.
std::vector<std::string> target_command(const std::string& interpreter, const Target& target, int threads);

struct ProbeOrders {
    std::string library;    // libftscale_probe.so
    std::string directory;  // where its streams go
    double frequency_hz = 997;
    std::string sampler;   // empty: the best there is
    std::string cycles;    // format::kEnvCycles; empty: this machine has none
    std::string counters;  // format::kEnvCounters; empty: nothing is counted
    bool follow_children = false;
    std::uint64_t max_bytes = 0;  // of the run's streams; 0: no bound
};

struct EnvironmentOptions {
    bool set_cpu_counts = true;   // the variables of kCpuCountVariables
    std::string library_threads;  // for those of kLibraryThreadVariables: a number, or kAsManyAsThreads; empty: no
                                  // value, the script's environment decides
    bool gil_on = false;          // for the control; goes before `extra`
    std::vector<std::pair<std::string, std::string>>
        extra;  // --env NAME=VALUE, applied last; an empty value removes the variable
};

/// How Python code is told how many CPUs there are: CPython itself (os.cpu_count and os.process_cpu_count), joblib.
inline constexpr const char* kCpuCountVariables[] = {"PYTHON_CPU_COUNT", "LOKY_MAX_CPU_COUNT"};
/// How native libraries are told how many threads of their own to have, beside those of Python.
inline constexpr const char* kLibraryThreadVariables[] = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                                                          "NUMEXPR_NUM_THREADS"};
inline constexpr const char kAsManyAsThreads[] = "n";

/// The user's environment plus the thread count and the probe, if any. What the user has set stands.
Variables target_environment(Variables user, int threads, const EnvironmentOptions& options,
                             const std::optional<ProbeOrders>& probe);

}  // namespace ftscale::launch
