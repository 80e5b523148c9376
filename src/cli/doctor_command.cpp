// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/doctor_command.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>

#include "account/internal_locks.h"
#include "base/error.h"
#include "cli/counting.h"
#include "cli/diagnosis.h"
#include "cli/run_command.h"
#include "cli/show_report.h"
#include "counters/access.h"
#include "counters/plan.h"
#include "launch/child_executor.h"
#include "launch/doctor/interpreter_checks.h"
#include "launch/doctor/machine_checks.h"
#include "launch/doctor/perf_checks.h"
#include "launch/doctor/process_checks.h"
#include "launch/interpreter.h"
#include "launch/machine.h"
#include "symbols/elf_file.h"
#include "symbols/elf_symbols.h"

namespace ftscale::cli {
namespace {

namespace fs = std::filesystem;
using launch::Asker;
using launch::CheckSection;
using launch::Trial;
using launch::Variables;

/// Long enough for ten ticks of the kernel's slowest clock.
constexpr std::chrono::milliseconds kLoadInterval{200};

/// What is asked of the kernel once and needed more than once.
struct Surroundings {
    Variables variables = Variables::of_this_process();
    Asker asker = launch::read_asker(geteuid(), variables);
    std::vector<launch::Cpu> topology = launch::read_topology(launch::usable_cpus());
    recording::Machine machine = launch::read_machine(topology);
    int online_cpus = std::max(launch::count_online_cpus(), machine.cpus);
    counters::Access access = counters::try_access();
    counters::CounterPlan plan =  // as `ftscale run` counts when it is told nothing
        counters::make_plan(counting_request(RunOptions{}), counters::Surroundings::of_this_machine());
    int memory_read_error = launch::try_memory_read();
    launch::SchedstatFacts schedstat = launch::read_schedstat();
};

std::optional<launch::LoadFacts> measure_load(int cpus) {
    const auto before = launch::read_cpu_times();
    std::this_thread::sleep_for(kLoadInterval);
    const auto after = launch::read_cpu_times();
    return before && after ? launch::load_between(*before, *after, cpus) : std::nullopt;
}

launch::EventNeeds needs_of(const counters::CounterPlan& plan) {
    if (plan.counters.empty()) return {};
    return {static_cast<std::uint64_t>(plan.counters.back().group) + 1, plan.counters.size()};
}

/// Events that show cache lines going from core to core.
bool has_contention_events(const counters::CounterPlan& plan) {
    using counters::Role;
    return std::any_of(plan.counters.begin(), plan.counters.end(), [](const counters::Counter& counter) {
        const Role role = counter.event.role;
        return role == Role::LineTransfers || role == Role::LockedLoads || role == Role::MemoryOrderClears ||
               role == Role::ExclusiveFailures || role == Role::RemoteAccesses;
    });
}

CheckSection check_kernel(const Surroundings& here) {
    const counters::Access& access = here.access;
    const launch::EventNeeds needs = needs_of(here.plan);
    const int threads = launch::usable_cores(here.machine);
    const auto locked = launch::read_locked_memory(here.online_cpus, needs);
    return {"WHAT THE KERNEL LETS US SEE",
            {launch::check_perf_events(access, here.asker), launch::check_paranoid(access),
             launch::check_kernel_side(access, here.asker), launch::check_cycles(access, here.asker),
             launch::check_locked_memory(locked, access, threads, here.asker),
             launch::check_descriptors(launch::read_limit(RLIMIT_NOFILE), needs, threads, here.asker),
             launch::check_schedstat(here.schedstat, access.cpu_clock.possible, here.asker),
             launch::check_memory_read(here.memory_read_error, here.asker)}};
}

CheckSection check_machine(const Surroundings& here) {
    const auto clock = launch::read_clock_facts(here.topology, here.variables);
    const launch::AffinityFacts affinity{launch::usable_cpus(), launch::reachable_cpus(), here.online_cpus};
    return {"WHAT BENDS THE CURVE",
            {launch::check_affinity(affinity, here.asker), launch::check_smt(here.topology),
             launch::check_cpu_limit(launch::find_cpu_limit(), here.machine.cpus, here.asker),
             launch::check_governor(clock, here.asker), launch::check_turbo(clock, here.asker),
             launch::check_load(measure_load(here.online_cpus))}};
}

launch::InterpreterImage read_image(const std::string& path) {
    launch::InterpreterImage image;
    image.path = path;
    image.has_symbols = symbols::ElfSymbols::load(path).is_complete();
    image.has_unwind_tables = symbols::has_unwind_tables(path);
    if (!image.has_symbols) image.package = launch::find_owner(path);
    return image;
}

/// What depends on the interpreter as it runs.
void check_running(const Surroundings& here, const recording::Interpreter& interpreter, const Trial& trial,
                   CheckSection& section) {
    const auto image = read_image(launch::image_path(interpreter, trial));
    const bool locks_known = account::InternalLocks(trial.facts).is_known();
    for (launch::Check& check :
         std::vector{launch::check_gil(interpreter, trial, here.variables), launch::check_symbols(image, here.asker),
                     launch::check_unwinding(image), launch::check_internal_locks(interpreter, locks_known),
                     launch::check_bytecode(interpreter, here.variables)})
        section.checks.push_back(std::move(check));
}

/// With the orders that `ftscale run` gives when it is told nothing.
std::optional<launch::ProbeOrders> find_probe(const Surroundings& here, CheckSection& section) {
    try {
        launch::ProbeOrders orders = probe_orders(RunOptions{}, here.variables);
        order_counters(here.plan, orders);
        section.checks.push_back(launch::probe_found(orders.library));
        return orders;
    } catch (const base::Error& error) {
        section.checks.push_back(launch::probe_refused(error));
        return std::nullopt;
    }
}

std::optional<recording::Interpreter> find_interpreter(const std::string& python, const Surroundings& here,
                                                       CheckSection& section) {
    try {
        const auto named = python.empty() ? std::nullopt : std::optional(python);
        auto interpreter = launch::choose_interpreter(named, here.variables);
        section.checks.push_back(launch::interpreter_found(interpreter));
        return interpreter;
    } catch (const base::Error& error) {
        section.checks.push_back(launch::interpreter_refused(error, here.variables));
        return std::nullopt;
    }
}

Trial try_profile(const recording::Interpreter& interpreter, const launch::ProbeOrders& orders,
                  const Variables& variables) {
    try {
        launch::ChildExecutor executor;
        return launch::make_trial(interpreter.path, orders, variables, executor);
    } catch (const base::Error& error) {
        Trial trial;
        trial.failure = error.what();
        return trial;
    }
}

CheckSection check_target(const std::string& python, const Surroundings& here, Diagnosis& diagnosis) {
    CheckSection section{"WHAT WILL BE PROFILED", {}};
    diagnosis.interpreter = find_interpreter(python, here, section);
    const auto orders = find_probe(here, section);
    diagnosis.obstacle = section.checks[diagnosis.interpreter ? 1 : 0].meaning;
    if (!diagnosis.interpreter || !orders) return section;
    const Trial trial = try_profile(*diagnosis.interpreter, *orders, here.variables);
    const launch::Check check = launch::check_trial(trial);
    diagnosis.is_possible = launch::is_profile_possible(trial);
    diagnosis.obstacle = check.meaning;
    section.checks.push_back(check);
    if (!diagnosis.is_possible) return section;
    check_running(here, *diagnosis.interpreter, trial, section);
    diagnosis.ladders = launch::ladders_used(
        trial, {here.memory_read_error == 0, here.schedstat.is_counting, has_contention_events(here.plan)});
    return section;
}

}  // namespace

CLI::App* add_doctor_command(CLI::App& app, DoctorOptions& options) {
    CLI::App* doctor =
        app.add_subcommand("doctor", "Say what can be measured here, and what to change to measure more");
    doctor->add_option("--python", options.python,
                       "Free-threaded interpreter, a path or a name on PATH; default: as for run");
    doctor->add_option("--format", options.format, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    return doctor;
}

base::ExitCode doctor_command(const DoctorOptions& options) {
    const Surroundings here;
    Diagnosis diagnosis;
    diagnosis.machine = here.machine;
    diagnosis.sections = {check_kernel(here), check_machine(here)};
    diagnosis.sections.push_back(check_target(options.python, here, diagnosis));
    if (options.format == "json")
        write_diagnosis_json(diagnosis, std::cout);
    else
        write_diagnosis(diagnosis, std::cout, text_options(isatty(STDOUT_FILENO) != 0));
    return diagnosis.is_possible ? base::ExitCode::Ok : base::ExitCode::Failed;
}

}  // namespace ftscale::cli
