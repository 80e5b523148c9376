// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "analysis/losses.h"
#include "model/statistics.h"

namespace ftscale::analysis {
namespace {

using account::Category;
using recording::Recording;
using recording::Run;
using recording::RunOutcome;

constexpr double kNoisyVariation = 0.1;  // standard deviation / mean of a thread count's repeats
constexpr double kManyTruncated = 0.05;  // share of samples
constexpr double kMuchUnknown = 0.05;    // share of the loss
constexpr double kVisibleShare = 0.02;   // of the capacity
constexpr double kCostlyProbe = 0.03;    // share of CPU time

/// What a rule looks at, and where it writes.
struct Context {
    const Recording& recording;
    const std::vector<UsedRun>& runs;
    const Analysis& analysis;
    std::vector<Warning>& warnings;

    template <typename... Args>
    void warn(const char* code, fmt::format_string<Args...> text, Args&&... args) const {
        warnings.push_back({code, fmt::format(text, std::forward<Args>(args)...)});
    }
};

std::string outcome_text(const Run& run) {
    switch (run.outcome) {
        case RunOutcome::Exited:
            return fmt::format("exited with status {}", run.exit_code);
        case RunOutcome::Signalled:
            return fmt::format("was killed by signal {}", run.signal);
        case RunOutcome::TimedOut:
            return "ran into the timeout";
        case RunOutcome::Interrupted:
            return "was interrupted";
        case RunOutcome::FailedToStart:
            return "failed to start: " + run.start_error;
        case RunOutcome::Lost:
            return "ended, nobody can say how";
    }
    return "failed";
}

/// What kind of extra run it is; empty for an ordinary one.
std::string extra_text(const Run& run) {
    if (!run.has_probe) return fmt::format("a run at {} threads without the probe", run.threads);
    if (run.control == recording::kProcessesControl) return fmt::format("one of {} processes at once", run.threads);
    if (run.control == recording::kGilControl) return fmt::format("a run at {} threads with the GIL on", run.threads);
    return run.control;
}

void warn_of_failed_runs(const Context& context) {
    std::set<std::string> said;  // processes that were started together fail together
    for (const Run& run : context.recording.manifest.runs) {
        if (succeeded(run)) continue;
        const std::string extra = extra_text(run);
        const std::string outcome = outcome_text(run);
        if (extra.empty())
            context.warn("run_failed", "a run at {} threads {}", run.threads, outcome);
        else if (said.insert(extra + outcome).second)
            context.warn("control_failed", "{} {}: no more of its kind were made", extra, outcome);
    }
    const bool none = !context.runs.empty() && !succeeded(*context.runs.front().run);
    if (none)
        context.warn("no_successful_run", "no run succeeded: the figures are of failed runs, as far as they went");
    if (context.runs.empty()) context.warn("no_runs", "the recording holds no run to make figures from");
}

void warn_of_incomplete_recording(const Context& context) {
    if (context.recording.truncated)
        context.warn("incomplete_recording", "the recording is cut short: its last part is missing");
    if (context.recording.manifest.interrupted) context.warn("interrupted", "the sweep was interrupted before its end");
    for (const std::string& text : context.recording.warnings) context.warn("recording", "{}", text);
}

void warn_of_refusals(const Context& context) {
    for (const UsedRun& used : context.runs)
        for (const recording::Process& process : used.trace->processes)
            if (process.refusal) {
                const bool version = *process.refusal == format::Refusal::UnknownVersion;
                context.warn("refused", "the probe did not record process {}: {}", process.pid,
                             version ? "its Python version is not known" : "it is not a free-threaded CPython");
                return;
            }
}

void warn_of_gil(const Context& context) {
    bool at_start = false, at_end = false;
    for (const UsedRun& used : context.runs)
        for (const recording::Process& process : used.trace->processes) {
            at_start |= process.gil_at_start.value_or(0) > 0;
            at_end |= process.gil_at_end.value_or(0) > 0;
        }
    if (at_start)
        context.warn("gil_enabled",
                     "the GIL was on when the script began: threads could not run Python code in parallel");
    else if (at_end)
        context.warn("gil_enabled_later",
                     "the GIL was switched on while the script ran, by importing an extension module that does not "
                     "declare free-threading support: other findings mean little until that is solved");
}

void warn_of_cpus(const Context& context) {
    int oversubscribed = 0, siblings = 0, most_threads = 0;
    for (const UsedRun& used : context.runs) {
        if (used.run->oversubscribed) oversubscribed = std::max(oversubscribed, used.run->threads);
        if (used.run->smt_siblings) siblings = std::max(siblings, used.run->threads);
        most_threads = std::max(most_threads, used.run->threads);
    }
    const recording::Machine& machine = context.recording.manifest.machine;
    if (oversubscribed > 0)
        context.warn("oversubscribed", "up to {} threads on {} CPUs: speed-up beyond the CPUs cannot be expected",
                     oversubscribed, machine.cpus);
    if (siblings > 0)
        context.warn("smt_siblings",
                     "at {} threads some share a physical core ({} cores): such threads run slower each", siblings,
                     machine.physical_cores);
    if (machine.cgroup_cpu_limit && *machine.cgroup_cpu_limit < most_threads)
        context.warn("cgroup_limit", "the control group allows {:.2g} CPUs, fewer than the {} threads",
                     *machine.cgroup_cpu_limit, most_threads);
}

void warn_of_repeats(const Context& context) {
    const std::vector<Point>& points = context.analysis.whole.points;
    if (points.empty()) return;
    const bool single =
        std::any_of(points.begin(), points.end(), [](const Point& point) { return point.repeats_s.size() < 2; });
    if (single) context.warn("single_repeat", "one run per thread count: no confidence intervals (use --repeats)");
    for (const Point& point : points) {
        const auto deviation = model::sample_standard_deviation(point.repeats_s);
        if (deviation && point.wall_s > 0 && *deviation / point.wall_s > kNoisyVariation)
            context.warn("noisy", "the repeats at {} threads vary by {:.0f} %: is something else running?",
                         point.threads, 100 * *deviation / point.wall_s);
    }
    if (points.front().threads != 1)
        context.warn("no_single_thread_run",
                     "no run at 1 thread: losses are growth over {} threads, taken to scale perfectly",
                     points.front().threads);
}

bool has_warning_of_its_own(const std::string& reason) {
    using format::DropReason;
    const auto is = [&reason](DropReason known) {
        return reason == format::kDropReasonNames[static_cast<std::size_t>(known)];
    };
    return is(DropReason::StreamFull) || is(DropReason::NotRegistered);
}

void warn_of_losses(const Context& context) {
    for (Warning& warning : loss_warnings(context.runs)) context.warnings.push_back(std::move(warning));
}

void warn_of_samples(const Context& context) {
    const Measurement& measurement = context.analysis.measurement;
    if (context.runs.empty()) return;
    for (const auto& [reason, count] : measurement.dropped)
        if (has_warning_of_its_own(reason))
            continue;
        else if (reason == format::kDropReasonNames[static_cast<std::size_t>(format::DropReason::Counters)])
            context.warn(
                "counters_dropped",
                "{} times a group of events could not be opened for a thread: counts are of the other threads; "
                "it takes a descriptor for each thread and group (ulimit -n) and locked memory (ulimit -l)",
                count);
        else
            context.warn("dropped", "{} records were dropped ({})", count, reason);
    for (const UsedRun& used : context.runs) {
        std::size_t samples = 0;
        for (const recording::Process& process : used.trace->processes)
            for (const recording::Thread& thread : process.threads) samples += thread.samples.size();
        if (samples > 0) continue;
        context.warn("no_samples", "a run at {} threads has no samples: its work cannot be split by function",
                     used.run->threads);
        break;
    }
    if (measurement.samples > 0 &&
        static_cast<double>(measurement.truncated_stacks) > kManyTruncated * static_cast<double>(measurement.samples))
        context.warn("truncated_stacks", "{} of {} stacks are incomplete at their outer end",
                     measurement.truncated_stacks, measurement.samples);
    if (measurement.probe_cost_share.value_or(0) > kCostlyProbe)
        context.warn("probe_cost", "the probe itself took {:.1f} % of the CPU time: try a lower frequency",
                     100 * *measurement.probe_cost_share);
}

/// What became of a run without perf events, and how to have them.
std::string timer_text(const recording::Manifest& manifest) {
    constexpr const char* kLost = "time in the kernel stands in work";
    if (!manifest.sweep.sampler.empty())
        return fmt::format("sampled by a POSIX timer, as asked for: {} (--sampler cpu-clock sees it)", kLost);
    const auto& paranoid = manifest.machine.perf_event_paranoid;
    constexpr int kForbidsAll = 3;
    const std::string more = paranoid && *paranoid >= kForbidsAll ? "'sysctl kernel.perf_event_paranoid=1' gets more"
                                                                  : "'ftscale doctor' says what to change to get more";
    const std::string level = paranoid && *paranoid >= kForbidsAll
                                  ? fmt::format(" (kernel.perf_event_paranoid is {})", *paranoid)
                                  : std::string();
    return fmt::format("no perf events here{}: samples come from a POSIX timer, coarser, and {}; {}", level, kLost,
                       more);
}

void warn_of_stops(const Context& context) {
    for (const UsedRun& used : context.runs) {
        const Run& run = *used.run;
        if (run.stops == 0) continue;
        const std::string duration =
            run.stopped_ns == 0 ? "" : fmt::format(" for {:.2g} s", 1e-9 * static_cast<double>(run.stopped_ns));
        context.warn("stopped",
                     "a run at {} threads was stopped{} while it was measured (Ctrl-Z, SIGSTOP, or it read from the "
                     "terminal in the background): its figures count that time, too",
                     run.threads, duration);
    }
}

void warn_of_disturbances(const Context& context) {
    for (const Point& point : context.analysis.whole.points) {
        const auto kept = static_cast<int>(point.repeats_s.size());
        if (point.left_out > 0)
            context.warn(
                "disturbed_runs_left_out",
                "{} of {} runs at {} threads {} left out: others used the CPUs meanwhile, or they were stopped",
                point.left_out, kept + point.left_out, point.threads, point.left_out == 1 ? "is" : "are");
        if (point.disturbed > 0)
            context.warn("disturbed_runs",
                         "{} of {} runs at {} threads were disturbed, too many to leave them out: others used the CPUs "
                         "meanwhile, or they were stopped",
                         point.disturbed, kept, point.threads);
    }
}

void warn_of_leftovers(const Context& context) {
    struct Sum {
        double cpu_s = 0;
        int runs = 0;
    };
    std::map<std::pair<int, std::string>, Sum> sums;  // by pid and command
    for (const UsedRun& used : context.runs)
        for (const recording::Leftover& leftover : used.run->leftovers) {
            Sum& sum = sums[{leftover.pid, leftover.command}];
            sum.cpu_s += leftover.cpu_s;
            ++sum.runs;
        }
    for (const auto& [process, sum] : sums)
        context.warn("leftover_process",
                     "process {} ({}), left behind by an earlier run, took {:.2g} s of CPU time during {} of the runs",
                     process.first, process.second, sum.cpu_s, sum.runs);
}

/// Work that other processes did is in no ledger.
void warn_of_children(const Context& context) {
    const char* follow =
        context.recording.manifest.sweep.follow_children ? "" : "; --follow-children records those that run Python";
    const RunResult* worst = nullptr;
    for (const RunResult& run : context.analysis.whole.runs)
        if (run.unrecorded_children_s > kVisibleShare * run.capacity_s &&
            (worst == nullptr || run.unrecorded_children_s > worst->unrecorded_children_s))
            worst = &run;
    if (worst != nullptr)
        context.warn("unrecorded_children",
                     "processes that the script started used {:.2f} s of CPU time in a run at {} threads, which is not "
                     "in this report{}",
                     worst->unrecorded_children_s, worst->threads, follow);
    for (const UsedRun& used : context.runs)
        for (const recording::Process& process : used.trace->processes)
            if (process.stat && process.stat->forks_unrecorded > 0 && worst == nullptr)
                return context.warn("unrecorded_forks", "the script forked {} time{}; its children are not recorded{}",
                                    process.stat->forks_unrecorded, process.stat->forks_unrecorded == 1 ? "" : "s",
                                    follow);
}

/// The script went on as another program.
void warn_of_execution(const Context& context) {
    for (const UsedRun& used : context.runs)
        for (const recording::Process& process : used.trace->processes) {
            const auto is_next = [&process](const recording::Process& other) {
                return other.pid == process.pid && other.begin_ns > process.begin_ns;
            };
            if (!process.exec_ns || std::any_of(used.trace->processes.begin(), used.trace->processes.end(), is_next))
                continue;
            return context.warn("executed",
                                "the script's process executed another program, which is not recorded: the report "
                                "ends there{}",
                                context.recording.manifest.sweep.follow_children
                                    ? ""
                                    : "; --follow-children records it if it runs Python");
        }
}

/// Without it the kernel's part of a thread's time cannot be told from its work.
void warn_of_kernel(const Context& context) {
    for (const UsedRun& used : context.runs)
        for (const recording::Process& process : used.trace->processes) {
            if (process.sampler == format::Sampler::None) continue;
            if ((process.facts.flags & (format::kKernelSampled | format::kKernelExcluded)) != 0) continue;
            if (process.sampler == format::Sampler::CpuTimer)
                return context.warn("no_perf_events", "{}", timer_text(context.recording.manifest));
            return context.warn("kernel_not_measured",
                                "too little memory may be locked for samples to see the kernel: time spent there "
                                "stands in work; 'ftscale doctor' says how to allow more");
        }
}

void warn_of_unmeasured(const Context& context) {
    const RegionResult& whole = context.analysis.whole;
    if (!context.runs.empty() && whole.runs.empty())
        context.warn("no_region", "in no run was the script's begin recorded: nothing to measure");
    for (const RunResult& run : whole.runs) {
        const double unknown = run.loss[Category::Unknown];
        if (run.loss_s > kVisibleShare * run.capacity_s && unknown > kMuchUnknown * run.loss_s)
            context.warn("unknown", "at {} threads {:.0f} % of the loss is off-CPU time of unknown cause", run.threads,
                         100 * unknown / run.loss_s);
    }
}

}  // namespace

std::vector<Warning> find_warnings(const Recording& recording, const std::vector<UsedRun>& runs,
                                   const Analysis& analysis) {
    std::vector<Warning> warnings;
    const Context context{recording, runs, analysis, warnings};
    for (const auto rule :
         {warn_of_gil, warn_of_refusals, warn_of_failed_runs, warn_of_incomplete_recording, warn_of_losses,
          warn_of_cpus, warn_of_stops, warn_of_disturbances, warn_of_leftovers, warn_of_children, warn_of_execution,
          warn_of_repeats, warn_of_samples, warn_of_kernel, warn_of_unmeasured})
        rule(context);
    return warnings;
}

Warning region_warning(std::size_t marked, std::size_t explained) {
    return {"many_regions",
            fmt::format("the script marks {} regions by different names: the {} longest have figures of their own; "
                        "--region NAME shows another",
                        marked, explained)};
}

std::vector<Warning> symbol_warnings(const Recording& recording, const symbols::Symbols& symbols,
                                     const std::vector<MeasuredRun>& runs) {
    std::map<recording::ModuleId, double> seconds;
    double capacity_s = 0;
    for (const MeasuredRun& measured : runs) {
        capacity_s += measured.ledger.capacity_s;
        for (const account::Charge& charge : measured.ledger.charges) {
            if (charge.stack == recording::StackId::Empty) continue;
            const recording::Frame& leaf = recording.stacks.leaf(charge.stack);
            if (!leaf.python && leaf.module != recording::ModuleId::None) seconds[leaf.module] += charge.seconds;
        }
    }
    std::vector<Warning> warnings;
    for (const auto& [module, spent] : seconds) {
        if (spent < kVisibleShare * capacity_s || symbols.has_symbols(module)) continue;
        const std::string& path = recording.modules[static_cast<std::size_t>(module)].path;
        warnings.push_back({"no_symbols", fmt::format("{} has no symbols: its functions appear as addresses", path)});
    }
    return warnings;
}

}  // namespace ftscale::analysis
