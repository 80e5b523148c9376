// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The ledger of one run: capacity (threads x wall time of the region) split by category, site and lock. Pure data and
// one promise: the categories sum to the capacity, and so does each of the breakdowns. All figures in seconds.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "recording/recording.h"

namespace ftscale::account {

enum class Category {
    Work,
    Refcount,
    Spin,
    LockWait,
    StopTheWorld,
    Gc,
    Gil,
    Kernel,
    RunQueue,
    Io,
    Sleep,
    Starved,
    Serial,
    Unknown,
};
inline constexpr std::size_t kCategoryCount = 14;
/// As in JSON and on the command line: "work", "lock_wait", ...
const char* category_name(Category category);
inline constexpr std::array<Category, kCategoryCount> kAllCategories = {
    Category::Work,  Category::Refcount, Category::Spin,   Category::LockWait, Category::StopTheWorld,
    Category::Gc,    Category::Gil,      Category::Kernel, Category::RunQueue, Category::Io,
    Category::Sleep, Category::Starved,  Category::Serial, Category::Unknown,
};

/// Seconds by category.
class Amounts {
  public:
    double& operator[](Category category) { return values_[static_cast<std::size_t>(category)]; }
    double operator[](Category category) const { return values_[static_cast<std::size_t>(category)]; }
    double total() const;
    Amounts& operator+=(const Amounts& other);
    Amounts& operator-=(const Amounts& other);
    Amounts& operator*=(double factor);

  private:
    std::array<double, kCategoryCount> values_{};
};

/// Where time is charged: a stack of the recording. Functions and lines are derived from it downstream.
struct Charge {
    Category category{};
    recording::StackId stack = recording::StackId::Empty;
    double seconds = 0;
};

/// A thread that had nothing to do while slots were `serial`, at the stack that blocked.
struct Idle {
    recording::StackId stack = recording::StackId::Empty;
    bool bystander = false;  // it only waited for other threads to end, or for a pool's next task
    double seconds = 0;
};

enum class LockKind { Object, ThreadingLock, Internal, Pthread, Gil, StopTheWorld };
/// "object", "threading.Lock", "internal", "pthread", "gil", "stop-the-world".
const char* lock_kind_name(LockKind kind);

/// One lock in one process.
struct LockUse {
    LockKind kind{};
    std::string type;           // type of the object ("list", "_thread.lock"), or what an internal lock is
    std::uint64_t address = 0;  // lock address; with `process` its identity
    std::uint32_t process = 0;  // pid
    double waits = 0;           // more than were seen, where these stand for others
    double wait_s = 0;          // unweighted thread-seconds within the region
    double spin_s = 0;
    std::map<recording::StackId, double> waiters;  // seconds (wait and spin) by the waiter's stack
    std::map<recording::StackId, double>
        holders;  // seconds by the stack at which who held it then let go; StackId::Empty: not seen
};

/// One object whose reference count was fought over, in one process.
struct ObjectUse {
    std::string type, name;                      // name: empty where it has none
    std::uint64_t address = 0;                   // with `process` its identity
    std::uint32_t process = 0;                   // pid
    double seconds = 0;                          // unweighted thread-seconds within the region
    std::map<recording::StackId, double> sites;  // seconds by stack
};

enum class StopReason {
    Unknown,
    Collection,
    GcModule,
    FirstThread,
    ClassAssignment,
    TypeChange,
    FunctionChange,
    Tracing,
    Monitoring,
    ExtensionImport,
    CurrentFrames,
    Fork,
    ThreadTable,
};
/// "garbage collection", "__class__ assignment", ...
const char* stop_reason_name(StopReason reason);

/// One stop-the-world pause.
struct WorldStop {
    StopReason reason = StopReason::Unknown;
    recording::StackId requester = recording::StackId::Empty;
    recording::StackId straggler = recording::StackId::Empty;  // who stopped last; Empty: nobody was waited for
    std::uint64_t begin_ns = 0;
    std::uint64_t stopped_ns = 0;  // when the last thread had stopped
    std::uint64_t end_ns = 0;      // when the threads were let go
    unsigned stopped_threads = 0;  // that wanted to run
    double waited_s = 0;           // by the requester
    double stopped_s = 0;          // thread-seconds of those stopped
    double count = 1;              // that it stands for, itself included
};

/// One garbage collection.
struct GarbageCollection {
    std::uint32_t generation = 0;
    std::uint64_t begin_ns = 0, end_ns = 0;
    std::uint64_t collected = 0;
    recording::StackId stack = recording::StackId::Empty;  // what triggered it
    double count = 1;                                      // that it stands for, itself included
};

/// What was counted, by the counters' indexes (recording::Process::counters). Where groups of counters took turns,
/// estimated for the whole time. Empty: nothing is counted.
using Counts = std::vector<double>;

/// What a stack counted while in one category, on CPU or, where a thread was on CPU for too short a time to be sampled,
/// about to wait.
struct CountCharge {
    Category category{};
    recording::StackId stack = recording::StackId::Empty;
    Counts counts;
};

/// For one counter, over all threads: for how much of the time that it should have counted it did.
struct CounterCover {
    double enabled_s = 0;
    double running_s = 0;  // 0: it was counted nowhere
};

struct LedgerCounter {
    std::string name;
    CounterCover cover;  // within the region
};

/// The parts of `run_queue` in which threads waited for CPUs that somebody had who did none of the script's work. The
/// rest they owe to each other.
struct CrowdedOut {
    double by_others_s = 0;    // other programs, and the hypervisor
    double by_children_s = 0;  // processes that the script started and that left no stream
    double by_idlers_s = 0;    // libraries' threads that looked for work in a loop
};

struct ThreadLedger {
    std::string name;
    std::uint32_t tid = 0;
    std::optional<recording::FrameId> start_routine;  // see recording::Thread
    Amounts amounts;                                  // not weighted: the thread's own time by state, within the region
    Counts counts;
};

struct Ledger {
    int threads = 1;
    double wall_s = 0;
    double capacity_s = 0;                       // threads x wall_s
    Amounts amounts;                             // sums to capacity_s
    std::vector<Charge> charges;                 // sums to amounts, category by category; one per (category, stack)
    std::vector<Idle> idle;                      // shares of the `serial` slots; the rest had no thread that could wait
    std::vector<LockUse> locks;                  // largest first
    std::vector<ObjectUse> objects;              // largest first
    std::vector<WorldStop> world_stops;          // that ended within the region, by time
    std::vector<GarbageCollection> collections;  // likewise
    std::vector<ThreadLedger> per_thread;
    std::uint64_t page_faults = 0;     // of all threads, in the whole run
    double unrecorded_children_s = 0;  // CPU time of processes that left no stream, in the whole run
    CrowdedOut crowded_out;
    double burnt_s = 0;  // CPU time of libraries' threads that looked for work in a loop; part of `starved`
    std::vector<CountCharge> counts;      // within the region, not weighted; one per (category, stack)
    Counts process_counts;                // of all threads, from when the probe was loaded to their ends
    std::vector<LedgerCounter> counters;  // what `counts` and `process_counts` are of
};

}  // namespace ftscale::account
