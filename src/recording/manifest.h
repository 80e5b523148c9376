// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a recording says about itself: the sweep that was planned, the runs that were made, the machine and the
// interpreter. Plain data; launch fills it in, everything to the right of recording reads it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ftscale::recording {

struct Interpreter {
    std::string path;     // sys.executable
    std::string version;  // "3.13.5"
    std::uint32_t version_hex = 0;
    std::string build;           // sys.version, one line
    std::string implementation;  // "cpython"
    bool free_threaded = false;
    bool gil_enabled = false;  // sys._is_gil_enabled() in an idle interpreter
};

struct Machine {
    int cpus = 0;            // logical CPUs this process may use
    int physical_cores = 0;  // among those
    std::string model;
    std::string kernel;
    std::string governor;                    // empty where unknown
    std::optional<double> cgroup_cpu_limit;  // CPUs
    std::optional<int> perf_event_paranoid;
    std::uint64_t memory_bytes = 0;
};

enum class Scaling { Strong, Weak };

/// An event that was counted.
struct Counter {
    std::string name;  // as it was asked for
    std::string role;  // what it tells: "cycles", "instructions", "cache_misses", "line_transfers", ...; or empty
    std::uint32_t group = 0;
    bool user_only = false;  // not while in the kernel
};

/// One that was asked for and could not be.
struct MissingCounter {
    std::string name;
    std::string reason;
};

struct Sweep {
    std::vector<int> threads;
    int repeats = 1;
    int warmups = 0;
    std::uint64_t seed = 0;
    Scaling scaling = Scaling::Strong;
    bool pinned = true;
    double frequency_hz = 997;
    double timeout_s = 0;  // 0: none
    bool follow_children = false;
    std::string sampler;  // asked for (--sampler); empty: the best there is
    // What else it takes to make the sweep again. Of variables the names alone: values may be secrets.
    std::vector<std::string> environment_names = {};  // --env
    bool thread_environment = true;                   // not --no-thread-env
    std::string library_threads = {};                 // --library-threads; empty: left alone
    std::vector<std::string> events = {};             // asked for (--events)
    bool no_counters = false;
    int retry_disturbed = 0;      // so many runs may be made again because others disturbed them (--retry-disturbed)
    std::uint64_t max_bytes = 0;  // of the streams before they are packed (--max-size); 0: no bound
};

/// What Run::control may say beside nothing. The GIL is on:
inline constexpr const char* kGilControl = "gil";
/// As many processes at once as the sweep has threads there, each told to use one. Each is a run of its own; those made
/// together share `threads` and `repeat`.
inline constexpr const char* kProcessesControl = "processes";

/// Lost: it has ended, how is not known, as another part of the process has collected its status.
enum class RunOutcome { Exited, Signalled, TimedOut, Interrupted, FailedToStart, Lost };

/// A process that an earlier run has left behind, and that took CPU time during this one.
struct Leftover {
    int pid = 0;
    std::string command;
    double cpu_s = 0;  // during the run
};

/// What other programs did while a run was made, on the CPUs that it might use.
struct OtherLoad {
    double others_s = 0;                 // CPU time of processes that are not the run's
    double stolen_s = 0;                 // the hypervisor ran somebody else
    std::optional<double> pressure_s;    // wall time in which some task of the machine waited for a CPU
    std::vector<Leftover> busiest = {};  // of those processes that were there all the time, the busiest first
};

struct Run {
    int id = 0;  // names the run's streams; unique within the recording
    int threads = 1;
    int repeat = 0;
    bool warmup = false;
    std::string control;    // empty for an ordinary run
    bool has_probe = true;  // false: made to see what profiling changes; it leaves no stream
    RunOutcome outcome = RunOutcome::Exited;
    int exit_code = 0;
    int signal = 0;
    std::string start_error;              // FailedToStart: why
    std::uint64_t started_ns = 0;         // CLOCK_MONOTONIC, just before exec
    std::uint64_t ended_ns = 0;           // when the process was reaped
    std::vector<int> cpus;                // affinity; empty: as the tool's own
    bool oversubscribed = false;          // more threads than CPUs
    bool smt_siblings = false;            // two threads share a physical core
    double user_s = 0, system_s = 0;      // rusage of the child
    int stops = 0;                        // times it was stopped (Ctrl-Z, SIGSTOP) and went on
    std::uint64_t stopped_ns = 0;         // how long, as far as it was seen
    std::uint64_t suspended_ns = 0;       // how long the machine slept meanwhile
    std::optional<OtherLoad> other_load;  // absent: not known
    std::vector<Leftover> leftovers = {};
};

struct Manifest {
    std::string id;  // random; empty: made before recordings had one
    std::string tool_version;
    std::string created;            // ISO 8601, UTC
    std::vector<std::string> argv;  // the script and its arguments as given, {threads} not replaced
    std::string working_directory;
    Interpreter interpreter;
    Machine machine;
    Sweep sweep;
    std::vector<Counter> counters;
    std::vector<MissingCounter> missing_counters;
    std::vector<Run> runs;  // in the order they were made
    bool interrupted = false;
    std::map<std::string, std::string> build_ids;  // path of ELF object -> build id, hex
};

std::string to_json(const Manifest& manifest);
/// Throws base::Error when the text is not a manifest.
Manifest parse_manifest(const std::string& json);

}  // namespace ftscale::recording
