// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The plain value that reports, exports and comparisons read; analyze.h makes it. Times in seconds, ratios 0 to 1. What
// could not be measured is absent (optional, empty) and named in `warnings`, never 0.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "account/ledger.h"
#include "model/law.h"
#include "recording/manifest.h"

namespace ftscale::analysis {

using account::Amounts;
using Interval = std::pair<double, double>;  // low, high

/// One thread count of the curve.
struct Point {
    int threads = 1;
    std::vector<double> repeats_s;   // wall time of the region, run by run
    double wall_s = 0;               // their mean
    double median_s = 0;             // their median
    std::optional<Interval> ci95_s;  // of the mean; absent with a single repeat
    double speedup = 1;              // strong: T(1)/T(n); weak: n T(1)/T(n)
    std::optional<Interval> speedup_ci95;
    double efficiency = 1;  // speedup / threads
    bool oversubscribed = false;
    bool smt_siblings = false;
    int disturbed = 0;  // of the repeats: something else used the CPUs, or they were stopped
    int left_out = 0;   // runs that are not among the repeats, as they were disturbed and enough others were not
};

/// A control at one thread count.
struct ControlPoint {
    int threads = 1;
    std::vector<double> repeats_s;  // time of the region, repeat by repeat; processes: the mean over those of a repeat
    double wall_s = 0;              // their mean
    std::optional<Interval> ci95_s;
    std::optional<double> speedup;  // gil: as Point's; processes: n T(1)/T, absent without an ordinary run at 1 thread
    std::optional<Interval> speedup_ci95;
};

/// Extra runs that isolate a cause.
struct Control {
    std::string name;  // as recording::Run's: "gil", "processes"
    std::vector<ControlPoint> points;
};

struct AmdahlFit {
    double serial_fraction = 0;
    std::optional<Interval> ci95;
};

struct UslFit {
    double sigma = 0, kappa = 0;
    std::optional<Interval> sigma_ci95, kappa_ci95;
    std::optional<double> peak_threads;         // absent when kappa is 0: no peak
    std::optional<double> peak_low, peak_high;  // its 95 % interval; no upper end: the curve may have no peak
};

/// The speed-up by a fitted law at a thread count, run or not.
struct Prediction {
    int threads = 1;
    double speedup = 1;
    std::optional<Interval> ci95;  // of the law's, not of a single run's
};

/// What predictions are made by: the USL where it has intervals, else Amdahl's law.
struct PredictingLaw {
    std::string name;  // "usl", "amdahl"
    model::FittedLaw fitted;
};

struct Place {
    std::string function;  // qualified name
    std::string file;      // native: the ELF object
    int line = 0;          // 0: unknown
    bool native = false;
    std::string source = {};  // native, where debug info tells: the source file; `line` is a line of it

    /// A place is the same whether its source is known or not.
    friend auto operator<=>(const Place& a, const Place& b) { return a.identity() <=> b.identity(); }
    friend bool operator==(const Place& a, const Place& b) { return a.identity() == b.identity(); }

  private:
    std::tuple<const std::string&, const std::string&, int, bool> identity() const {
        return {function, file, line, native};
    }
};

/// What was counted, by the counter's name; a counter that counted nowhere is absent.
using Counts = std::map<std::string, double>;

/// A line by category; 0: unknown.
class CategoryLines {
  public:
    int& operator[](account::Category category) { return lines_[static_cast<std::size_t>(category)]; }
    int operator[](account::Category category) const { return lines_[static_cast<std::size_t>(category)]; }

  private:
    std::array<int, account::kCategoryCount> lines_{};
};

/// A function and what it cost. Python rows sum to the ledger (a row per innermost Python function; native threads'
/// time stands in native rows with `outside_python`). Other native rows repeat the time of the Python functions they
/// worked for.
struct Function {
    Place place;  // line: where the function starts
    bool outside_python = false;
    int hot_line = 0;  // the line most of its loss (else its time) was charged to
    CategoryLines hot_lines =
        {};             // likewise, of each category alone: a sleep is not where the lock below it is waited for
    Amounts self;       // this thread count
    Amounts loss;       // growth over the baseline
    double loss_s = 0;  // sum of loss
    std::map<int, Amounts> by_line;    // time at this thread count
    Counts counts;                     // in all categories, per run
    Counts work_counts;                // in work alone
    std::vector<std::string> locks;    // ids of locks it waited for or held
    std::vector<std::string> objects;  // ids of objects whose reference counts it fought over
};

struct LockSide {
    Place place;  // line: where it waited or released
    double wait_s = 0;
};

struct Lock {
    std::string id;
    account::LockKind kind{};
    std::string name, type;
    double waits = 0;  // per run, averaged over repeats
    double wait_s = 0, spin_s = 0;
    double lost_cores = 0;                   // threads x growth of (wait + spin) over the baseline / capacity
    std::vector<LockSide> waiters, holders;  // largest first
};

struct PlaceTime {
    Place place;
    double seconds = 0;
};

/// Where threads had nothing to do.
struct IdleTime {
    Place place;
    std::string native;  // the extension module's function that blocked there; empty: Python's own
    double seconds = 0;
};

/// What ran alone, per run, by where it was called from.
struct SerialTime {
    double imports_s = 0;                      // within import statements
    std::vector<PlaceTime> import_statements;  // the outermost ones, longest first
    std::vector<PlaceTime> functions;          // of the rest: which ran, longest first, at their costliest lines
    std::vector<Place> path;                   // and the calls that most of it was reached by, outermost first
    std::vector<IdleTime> waiting;             // who had nothing to do meanwhile, longest first
    double through_s = 0;                      // meanwhile the other threads had no more to do
};

struct ObjectSite {
    Place place;  // line: where it was counted
    double refcount_s = 0;
};

/// An object whose reference count threads fight over, or several that are alike and small.
struct Object {
    std::string id;
    std::string type, name;
    double count = 1;               // objects in this row, per run
    double refcount_s = 0;          // thread-seconds, per run
    double lost_cores = 0;          // growth over the baseline, net of what the work around gained
    std::vector<ObjectSite> sites;  // largest first
};

/// The stop-the-world pauses that one place asks for, for one reason. Sums over a run, means over the repeats; the
/// longest of all repeats.
struct Pause {
    account::StopReason reason{};
    Place requester;
    double stops = 0;
    double pause_s = 0, longest_s = 0;            // from the request to the restart
    double to_stop_s = 0, longest_to_stop_s = 0;  // of which until the last thread had stopped
    double stopped_s = 0;                         // thread-seconds, the requester's wait included
    double stopped_threads = 0;                   // sum over the stops
    std::vector<LockSide> stragglers;             // who stopped last, and for how long it was waited
};

/// Garbage collections by the place that triggered them. Sums over a run, means over the repeats.
struct CollectionRow {
    Place trigger;
    double count = 0;
    double total_s = 0, longest_s = 0;
    double collected = 0;  // objects
    std::map<int, double> by_generation;
};

struct ThreadRow {
    std::string name;     // Python's; of a thread that a library started the function it runs: "gomp_thread_start"
    std::string library;  // whose pool it belongs to: "OpenBLAS"; empty: none that is known
    std::uint32_t tid = 0;
    Amounts ledger;
    Counts counts;
};

/// Where the time of useful computation goes, after the POP project's method; see model/efficiency.h. Each 0 to 1, or
/// beyond where something got better with more threads; each is the product of those indented below it.
struct Efficiency {
    double global = 1;
    double parallel = 1;
    double load_balance = 1;
    double serialisation = 1;
    double transfer = 1;
    double computation = 1;                          // against the baseline
    std::optional<double> instructions, ipc, clock;  // its factors; absent without cycles and instructions
};

/// The growth of work over the baseline, by what it is due to; the parts sum to it. Seconds.
struct WorkSplit {
    double more_instructions_s = 0;
    double lower_ipc_s = 0;
    double lower_clock_s = 0;
};

/// What tells whether the script heeds the thread count; means over the repeats.
struct ThreadUse {
    double threads = 0;  // that the script had in the whole run, the main one included; of libraries' those that worked
    double busy = 0;     // the most at a time for more than a moment: on CPU, in the run queue, or waiting for a lock
    double cpu_s = 0;    // of all threads, within the region
    double queued_s = 0;   // likewise, in the run queue
    double library_s = 0;  // of libraries' own threads, in the whole run
};

/// What others did on the CPUs that the runs at one thread count might use; means over them.
struct OtherUse {
    double cpus = 0;         // that other programs took of those which the threads could have used
    double stolen_cpus = 0;  // likewise the hypervisor
    int runs = 0, disturbed = 0;
    std::vector<std::pair<std::string, double>> busiest;  // commands and the CPUs they used, the busiest first
};

/// One thread count: means over its repeats.
struct RunResult {
    int threads = 1;
    double capacity_s = 0;
    double loss_s = 0;
    Amounts ledger;                          // sums to capacity_s
    std::vector<Amounts> repeats;            // the ledgers it is the mean of
    double ideal = 1;                        // how often the baseline\'s ledger would be paid without any loss
    double page_faults = 0;                  // of all threads, in the whole run
    double unrecorded_children_s = 0;        // CPU time of processes that left no stream, in the whole run
    double queued_for_others_s = 0;          // the part of `run_queue` in which other programs had the CPUs
    double queued_for_children_s = 0;        // likewise processes of the script's own
    double queued_for_idlers_s = 0;          // likewise libraries' threads that looked for work in a loop
    double idlers_cpu_s = 0;                 // CPU time of those
    std::optional<OtherUse> others;          // absent where the kernel did not tell
    Amounts loss;                            // sums to loss_s
    std::vector<Function> functions;         // largest loss first
    std::vector<Lock> locks;                 // largest first
    std::vector<Object> objects;             // largest loss first
    std::vector<Pause> pauses;               // most thread time stopped first
    std::vector<CollectionRow> collections;  // longest first
    SerialTime serial;
    std::vector<ThreadRow> thread_rows;    // of the last repeat
    Counts counts;                         // of all threads, within the region
    Counts work_counts;                    // in work alone
    Counts process_counts;                 // of all threads, from when the probe was loaded to their ends
    std::optional<ThreadUse> thread_use;   // absent where not all threads were recorded
    std::optional<Efficiency> efficiency;  // absent where there is no baseline
    std::optional<WorkSplit> work_split;   // absent at the baseline, and without cycles and instructions
    /// Cores lost to a category: threads x loss / capacity.
    double lost_cores(account::Category category) const {
        return capacity_s > 0 ? threads * loss[category] / capacity_s : 0;
    }
};

/// Rules of findings that put all others in question: they come first.
namespace rule {
inline constexpr const char* kCountIgnored = "thread_count_ignored";
inline constexpr const char* kWorkMultiplied = "work_multiplied";
inline constexpr const char* kOtherLoad = "other_load";
}  // namespace rule

struct Finding {
    std::string rule;      // "lock", "serial", ...
    std::string severity;  // "high", "medium", "low"
    double lost_cores = 0;
    std::string title;
    std::vector<std::string> evidence;
    std::string advice;
    double uncertainty_cores = 0;  // half the width of the 95 % confidence interval of lost_cores
    std::optional<double> speedup_without = std::nullopt;  // roughly, if the cause were gone; null: no bound
    double named_share = 1;  // of lost_cores, what goes with the cause that the title names
};

struct Warning {
    std::string code;
    std::string message;
};

/// What profiling changed: runs against their twins without the probe, by the wall time of the process.
struct CalibrationPoint {
    int threads = 1;
    std::vector<double> time_ratios;  // with the probe / without it, pair by pair
    double time_ratio = 1;            // their mean
    std::optional<Interval> time_ratio_ci95;
    std::optional<double> speedup_change;  // of what is measured, -0.01: 1 % less; absent at the baseline
    std::optional<Interval> speedup_change_ci95;
};

struct Calibration {
    double time_ratio = 1;  // mean over the pairs of all thread counts
    std::optional<Interval> time_ratio_ci95;
    std::size_t pairs = 0;
    std::vector<CalibrationPoint> points;
};

/// The GIL in the ordinary runs.
struct Gil {
    bool on_at_start = false;
    bool on_at_end = false;
    std::vector<std::string> modules;  // that need it, in the order they were loaded
};

/// An event that was counted; recording::Counter says what it is.
struct CounterFacts {
    std::string name, role;
    bool user_only = false;
    double running_share = 1;  // of the time it should have counted; less than 1: counts are estimates
};

/// Less of a run was recorded from some moment on, to keep the recording small.
struct ThinningStep {
    int threads = 1, repeat = 0;      // of the run
    double from_s = 0;                // since the script's begin
    std::uint32_t samples_every = 1;  // one of so many was kept
    std::uint32_t waits_every = 1;    // waits were recorded in one of so many windows of time
    std::uint64_t limit_bytes = 0;    // what the run might take
};

struct Measurement {
    std::string sampler;  // "cycles", "cpu-clock", "cpu-timer"; empty: no samples
    double frequency_hz = 0;
    std::map<std::string, std::uint64_t> dropped;
    std::uint64_t samples = 0;
    std::uint64_t truncated_stacks = 0;
    std::optional<double> probe_cost_share;  // the probe's own time / CPU time of the threads
    std::optional<Calibration> calibration = std::nullopt;
    Gil gil = {};
    std::vector<CounterFacts> counters = {};  // those that counted anywhere
    std::vector<recording::MissingCounter> missing_counters = {};
    std::vector<ThinningStep> thinning = {};  // run by run, in order of time; empty: all was recorded
    bool run_delay_of_switches = false;       // the run queue is known from switch records, not from schedstat
};

/// One region measured: the whole script, a marked region by name, or all marked regions together.
struct RegionResult {
    std::string name;  // empty: whole script, or all marked regions
    std::vector<Point> points;
    std::optional<AmdahlFit> amdahl;
    std::optional<UslFit> usl;
    std::string why_no_amdahl, why_no_usl;  // a clause each; empty where there is a fit
    std::optional<PredictingLaw> law;       // absent without a fit
    std::vector<Prediction> predictions;    // at thread counts that were not run, or those asked for
    std::vector<RunResult> runs;            // by thread count
    std::vector<Control> controls;          // those that were asked for and have figures
};

struct Analysis {
    recording::Manifest manifest;
    Measurement measurement;
    int baseline_threads = 1;  // losses are growth over this thread count
    RegionResult whole;
    std::vector<RegionResult> regions;  // by name, when the script marks regions
    std::vector<Finding> findings;      // what puts the others in question, then largest first; at most five
    std::vector<Warning> warnings;
};

}  // namespace ftscale::analysis
