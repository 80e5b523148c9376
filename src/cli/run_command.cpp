// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/run_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <optional>
#include <random>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "cli/counting.h"
#include "cli/made_here.h"
#include "cli/progress.h"
#include "cli/show_report.h"
#include "cli/what_to_run.h"
#include "launch/child_executor.h"
#include "launch/disk_use.h"
#include "launch/interpreter.h"
#include "launch/machine.h"
#include "launch/partial_recording.h"
#include "launch/probe_location.h"
#include "launch/sweep.h"
#include "launch/sweep_plan.h"
#include "launch/topology.h"

namespace ftscale::cli {
namespace {

namespace fs = std::filesystem;
using launch::SweepEnd;
using launch::Target;

constexpr const char* kDescription = "Run a script at several thread counts and explain where the cores went";

constexpr const char* kFooter =
    "The thread count reaches the script as {threads} in its path and arguments, as\n"
    "FTSCALE_THREADS, and as the number of CPUs that Python is told\n"
    "(PYTHON_CPU_COUNT, LOKY_MAX_CPU_COUNT) unless you have set these.\n"
    "Whatever follows SCRIPT belongs to the script.\n\n"
    "Examples:\n"
    "  ftscale run -t 1,2,4,8 script.py\n"
    "  ftscale run -t auto -r 5 -o sort.ftscale bench.py {threads}\n"
    "  ftscale run --python python3.14t -m package.benchmark";

[[noreturn]] void refuse(const std::string& message, const std::string& hint = "see ftscale run --help") {
    throw base::Error(message, hint, base::ExitCode::Usage);
}

std::pair<std::string, std::string> parse_variable(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
        refuse(fmt::format("--env: '{}' is not NAME=VALUE", text),
               "give --env NAME=VALUE, or --env NAME= to remove a variable");
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

const std::string& check_library_threads(const std::string& text) {
    const bool is_number =
        !text.empty() && text.size() < 5 && text.find_first_not_of("0123456789") == std::string::npos;
    if (text.empty() || text == launch::kAsManyAsThreads || (is_number && text[0] != '0')) return text;
    refuse(fmt::format("--library-threads: '{}' is neither a number from 1 on nor n", text),
           "1 gives each library one thread at all thread counts, n as many as the run has");
}

const Target& check_target(const std::optional<Target>& target) {
    if (!target || target->program.empty()) refuse("no script to run", "as in: ftscale run -t 1,2,4 script.py");
    return *target;
}

recording::Sweep describe_sweep(const RunOptions& options, const recording::Machine& machine) {
    recording::Sweep sweep;
    sweep.threads = launch::parse_thread_counts(options.threads, launch::usable_cores(machine));
    sweep.repeats = options.repeats;
    sweep.warmups = options.warmups;
    sweep.seed = options.seed.value_or(std::random_device{}());
    sweep.scaling = options.scaling == "weak" ? recording::Scaling::Weak : recording::Scaling::Strong;
    sweep.pinned = options.pin;
    sweep.frequency_hz = options.frequency_hz;
    sweep.timeout_s = options.timeout_s;
    sweep.follow_children = options.follow_children;
    sweep.sampler = options.sampler;
    for (const std::string& text : options.environment) sweep.environment_names.push_back(parse_variable(text).first);
    sweep.thread_environment = !options.no_thread_environment;
    sweep.library_threads = check_library_threads(options.library_threads);
    sweep.retry_disturbed = options.retry_disturbed;
    sweep.events = options.events;
    sweep.no_counters = options.no_counters;
    sweep.max_bytes = launch::parse_size(options.max_size);
    return sweep;
}

recording::Manifest describe(const RunOptions& options, const std::vector<launch::Cpu>& topology) {
    recording::Manifest manifest;
    manifest.id = new_recording_id();
    manifest.tool_version = FTSCALE_VERSION;
    manifest.created = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    manifest.argv = options.target->words();
    std::error_code failed;
    manifest.working_directory = fs::current_path(failed).string();
    manifest.machine = launch::read_machine(topology);
    manifest.sweep = describe_sweep(options, manifest.machine);
    return manifest;
}

/// script.py -> script.ftscale in the current directory.
fs::path default_output(const Target& target) {
    switch (target.kind) {
        case Target::Kind::Module:
            return target.program + ".ftscale";
        case Target::Kind::Code:
            return "command.ftscale";
        case Target::Kind::Script:
            break;
    }
    if (target.program == "-") return "stdin.ftscale";
    std::string name = fs::absolute(target.program).lexically_normal().filename().string();
    if (name.size() > 3 && name.ends_with(".py")) name.resize(name.size() - 3);
    return (name.empty() ? "script" : name) + ".ftscale";
}

launch::EnvironmentOptions environment_options(const RunOptions& options) {
    launch::EnvironmentOptions environment;
    environment.set_cpu_counts = !options.no_thread_environment;
    environment.library_threads = options.library_threads;
    for (const std::string& text : options.environment) environment.extra.push_back(parse_variable(text));
    return environment;
}

std::string describe_start(const recording::Manifest& manifest, std::size_t runs) {
    return fmt::format("{} run{} of {} {} at {} threads, seed {}", runs, runs == 1 ? "" : "s",
                       manifest.interpreter.path, manifest.interpreter.version, fmt::join(manifest.sweep.threads, ","),
                       manifest.sweep.seed);
}

/// Notes are for people: they go to standard error, which is not where results are.
void note(const RunOptions& options, const std::string& text) {
    if (!options.quiet) fmt::print(stderr, "ftscale: {}\n", text);
}

/// Decided before anything is run.
counters::CounterPlan plan_counting(const counters::PlanRequest& request, const RunOptions& options) {
    if (options.no_counters && !request.frequency_hz) return {};
    auto plan = counters::make_plan(request, counters::Surroundings::of_this_machine());
    check_plan(plan, options);
    return plan;
}

/// Each control once, in the order in which they were named.
launch::ExtraRuns extra_runs(const RunOptions& options) {
    launch::ExtraRuns extra;
    extra.calibration = options.calibrate;
    for (const std::string& control : options.controls) {
        if (control != recording::kGilControl && control != recording::kProcessesControl)
            refuse(fmt::format("--control: '{}' is none", control), "there are gil and processes");
        const auto& known = extra.controls;
        if (std::find(known.begin(), known.end(), control) == known.end()) extra.controls.push_back(control);
    }
    return extra;
}

/// What the run's streams may take on the disk; 0: no bound.
std::uint64_t allowance_of(const recording::Run& run, int threads_to_come, std::uint64_t max_bytes,
                           const launch::PartialRecording& partial) {
    launch::DiskShare share;
    share.max_bytes = max_bytes;
    share.used_bytes = max_bytes == 0 ? 0 : partial.used_bytes();
    share.free_bytes = partial.free_bytes();
    share.threads = static_cast<std::uint64_t>(launch::threads_told(run));
    share.threads_to_come = static_cast<std::uint64_t>(threads_to_come);
    return launch::run_allowance(share);
}

/// What the process of a run is started with; with a probe where it is told how.
launch::Command command_for(const recording::Run& run, const RunOptions& options, const WhatToRun& what,
                            const std::optional<launch::ProbeOrders>& probe) {
    const int threads = launch::threads_told(run);
    launch::EnvironmentOptions environment = environment_options(options);
    environment.gil_on = run.control == recording::kGilControl;
    const auto variables = launch::Variables::of_this_process();
    launch::Command command;
    command.arguments = launch::target_command(what.interpreter, what.target, threads);
    command.standard_input = what.standard_input;
    command.environment = launch::target_environment(variables, threads, environment, probe).to_strings();
    command.cpus = run.cpus;
    command.timeout = std::chrono::nanoseconds(static_cast<std::int64_t>(options.timeout_s * 1e9));
    return command;
}

SweepEnd make_sweep(const RunOptions& options, const WhatToRun& what, const std::vector<launch::Cpu>& topology,
                    const launch::ProbeOrders& orders, launch::PartialRecording& partial,
                    recording::Manifest& manifest) {
    launch::SweepSurroundings surroundings;
    surroundings.topology = topology;
    surroundings.save = [&](const recording::Manifest& now) { partial.save(now); };
    surroundings.command_for = [&](const recording::Run& run, int threads_to_come) {
        std::optional<launch::ProbeOrders> probe;
        if (run.has_probe) {
            probe = orders;
            probe->max_bytes = allowance_of(run, threads_to_come, manifest.sweep.max_bytes, partial);
            probe->directory = partial.make_run_folder(run.id, probe->max_bytes).string();
        }
        return command_for(run, options, what, probe);
    };
    const bool shows_progress = options.verbose || isatty(STDERR_FILENO) != 0;
    surroundings.announce = [&](const launch::SweepProgress& progress) {
        if (shows_progress) note(options, describe_progress(progress));
    };
    const auto& sweep = manifest.sweep;
    const auto plan = launch::plan_sweep(sweep.threads, sweep.repeats, sweep.warmups, sweep.seed, extra_runs(options));
    note(options, describe_start(manifest, plan.size()));
    if (options.verbose) note(options, "probe " + orders.library);
    std::fflush(nullptr);  // what we have printed must come before what the script prints
    launch::ChildExecutor executor;
    return launch::run_sweep(plan, executor, surroundings, manifest);
}

[[noreturn]] void report_failure(const recording::Manifest& manifest, const fs::path& output) {
    const auto failed = std::find_if_not(manifest.runs.begin(), manifest.runs.end(), launch::succeeded);
    const recording::Run& run = failed == manifest.runs.end() ? manifest.runs.back() : *failed;
    const launch::PlannedRun planned{run.threads, run.repeat, run.warmup, run.control, run.has_probe};
    throw base::Error(fmt::format("the script failed: {} (run {}, at {})", launch::describe_outcome(run), run.id + 1,
                                  describe_run(planned)),
                      fmt::format("what was recorded is kept in {}", output.string()));
}

}  // namespace

launch::ProbeOrders probe_orders(const RunOptions& options, const launch::Variables& variables) {
    launch::ProbeOrders orders;
    orders.library = launch::locate_probe(fs::read_symlink("/proc/self/exe"), variables).string();
    orders.frequency_hz = options.frequency_hz;
    orders.sampler = options.sampler;
    orders.follow_children = options.follow_children;
    return orders;
}

CLI::App* add_run_command(CLI::App& app, RunOptions& options) {
    CLI::App* run = app.add_subcommand("run", kDescription);
    run->footer(kFooter);
    run->add_option("-t,--threads", options.threads,
                    "Thread counts, as in 1,2,4,8; auto: powers of two up to the physical cores")
        ->capture_default_str();
    run->add_option("-r,--repeats", options.repeats, "Runs per thread count")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    run->add_option("--warmup", options.warmups, "Runs before the first that counts, at the largest thread count")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    run->add_option("--scaling", options.scaling,
                    "strong: the script's whole work is fixed; weak: its work per thread is")
        ->check(CLI::IsMember({"strong", "weak"}))
        ->capture_default_str();
    run->add_option("-F,--frequency", options.frequency_hz, "Samples per second of CPU time and thread; 0: none")
        ->check(CLI::Range(0, 10000))
        ->capture_default_str();
    run->add_option("--sampler", options.sampler, "Sample by this clock instead of the best there is")
        ->check(CLI::IsMember({"cycles", "cpu-clock", "cpu-timer"}));
    auto* events =
        run->add_option("-e,--events", options.events,
                        "Count these events, as in cycles,page-faults, instead of the processor's default set; "
                        "ftscale events lists them. May be repeated")
            ->allow_extra_args(false);
    auto* none = run->add_flag("--no-counters", options.no_counters, "Count nothing, and sample by no hardware event");
    run->add_flag("--require-counters", options.require_counters,
                  "Fail, before anything is run, where what should be counted cannot be")
        ->excludes(none);
    none->excludes(events);
    run->add_option("-o,--output", options.output, "The recording; default: SCRIPT.ftscale in the current directory");
    run->add_option("--stdin", options.standard_input,
                    "A file that each run reads as its standard input; default: our own, each time from its beginning "
                    "where it is a file");
    run->add_option("--python", options.python,
                    "Free-threaded interpreter, a path or a name on PATH; default: FTSCALE_PYTHON, else found");
    run->add_flag("--pin,!--no-pin", options.pin,
                  "Give the script as many CPUs as threads, physical cores first (default)");
    run->add_option("--timeout", options.timeout_s, "Seconds after which a run is ended and the sweep with it")
        ->check(CLI::Range(0.001, 1e8));
    run->add_option("--max-size", options.max_size,
                    "What all runs together may record before it is packed, as in 500M or 2G; 0: no bound")
        ->capture_default_str();
    run->add_option("--control", options.controls,
                    "gil, processes or both: extra runs with the GIL on; as many processes as threads, one each")
        ->delimiter(',')
        ->allow_extra_args(false);
    run->add_flag("--calibrate", options.calibrate,
                  "Make each run also without the probe, and report what profiling changes");
    run->add_flag("--follow-children", options.follow_children, "Record the processes that the script starts, too");
    run->add_option("--env", options.environment,
                    "NAME=VALUE: set a variable for the script; NAME=: remove it. May be repeated")
        ->allow_extra_args(false);
    run->add_flag("--no-thread-env", options.no_thread_environment,
                  "Do not set PYTHON_CPU_COUNT and LOKY_MAX_CPU_COUNT");
    run->add_option(
        "--library-threads", options.library_threads,
        "Threads of BLAS, OpenMP and their like, at all thread counts: a number; n: as many as the run has. "
        "Default: what the environment says, else what the libraries choose");
    run->add_option("--retry-disturbed", options.retry_disturbed,
                    "Make up to so many runs again that other programs have disturbed, and leave those out; 0: none")
        ->check(CLI::Range(0, 1000))
        ->envname("FTSCALE_RETRY_DISTURBED")
        ->capture_default_str();
    run->add_option("--seed", options.seed, "Seed of the order of runs; default: random, and printed");
    run->add_flag("--whole", options.whole, "Report on the whole script even where it marks regions");
    auto* quiet = run->add_flag("-q,--quiet", options.quiet, "No report, no notes, no progress; only errors");
    run->add_flag("-v,--verbose", options.verbose, "Name the probe, and each run also where there is no terminal")
        ->excludes(quiet);
    return run;
}

base::ExitCode run_command(const RunOptions& options) {
    if (options.quiet) base::set_log_level(base::LogLevel::Error);
    if (options.verbose) base::set_log_level(base::LogLevel::Info);
    const Target& target = check_target(options.target);
    environment_options(options);  // wrong usage is found first
    check_library_threads(options.library_threads);
    extra_runs(options);
    const counters::PlanRequest request = counting_request(options);
    const auto topology = launch::read_topology(launch::usable_cpus());
    recording::Manifest manifest = describe(options, topology);
    check_script_paths(target, manifest.sweep.threads);
    const std::string standard_input = repeatable_input(options.standard_input, target);
    const counters::CounterPlan plan = plan_counting(request, options);

    const auto variables = launch::Variables::of_this_process();
    const auto named = options.python.empty() ? std::nullopt : std::optional(options.python);
    manifest.interpreter = launch::choose_interpreter(named, variables);
    const WhatToRun what{find_script(target, manifest.interpreter.path, manifest.sweep.threads, variables),
                         manifest.interpreter.path, standard_input};
    launch::ProbeOrders orders = probe_orders(options, variables);
    order_counters(plan, orders);
    record_counters(plan, manifest);
    const fs::path output = options.output.empty() ? default_output(target) : fs::path(options.output);
    launch::PartialRecording partial(output);
    const std::string little_room = launch::check_room(partial.free_bytes(), manifest.sweep.max_bytes);
    if (!little_room.empty()) base::log(base::LogLevel::Warn, little_room);
    for (const std::string& line : describe_plan(plan, options)) note(options, line);
    const SweepEnd end = make_sweep(options, what, topology, orders, partial, manifest);
    partial.pack(manifest);
    remember_as_made_here(manifest, variables);

    note(options, fmt::format("recording written to {}", output.string()));
    if (!options.quiet) show_report(output.string(), {.region = {}, .whole = options.whole});
    if (end == SweepEnd::Failed) report_failure(manifest, output);
    if (end == SweepEnd::Interrupted) note(options, "interrupted");
    return end == SweepEnd::Interrupted ? base::ExitCode::Interrupted : base::ExitCode::Ok;
}

}  // namespace ftscale::cli
