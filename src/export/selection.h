// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Which part of a profile is exported: one thread count, one quantity, one thread or all; as weights on stacks. What
// every format of stacks has in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "account/on_cpu.h"
#include "analysis/profile.h"

namespace ftscale::exports {

enum class What {
    Cpu,       // time on CPU, from samples
    Wait,      // time blocked or spinning, each wait from begin to end
    All,       // the whole ledger: threads x wall time, idle slots included
    Loss,      // its growth over the baseline
    Refcount,  // time on CPU at shared reference counts
    Counter,   // what an event has counted
};
/// "cpu", "wait", "all", "loss", "refcount"; nothing for other names.
std::optional<What> find_what(const std::string& name);

enum class Side { Waiter, Holder };

struct Selection {
    int threads = 0;  // 0: the largest thread count
    What what = What::All;
    std::string counter;       // What::Counter
    Side side = Side::Waiter;  // waits: at the stack that waits, or at that of the thread that made it wait
    std::string thread;        // by name; empty: all threads
    int versus = 0;            // What::Loss: growth over this thread count; 0: over the baseline
};

/// A weight on a stack, the mean over the repeats: seconds, or what was counted.
struct StackWeight {
    std::uint32_t node = 0;  // in Profile::tree
    account::Category category{};
    int lock = analysis::kNone;  // in WeightedStacks::locks
    double value = 0;            // What::Loss: negative where it has shrunk
    double events = 0;           // samples, or waits that began; 0 where neither makes sense
};

/// One thread's stacks, or those of all.
struct Series {
    std::string name;  // "all threads", "worker-1"
    std::vector<StackWeight> stacks;
    double total() const;
};

struct WeightedStacks {
    int threads = 1;
    int repeats = 1;  // that the values are means of
    What what{};
    bool is_time = true;    // seconds; else counts
    std::string unit_name;  // "CPU time", "waiting", "page-faults": what a value is of
    std::vector<analysis::ProfileLock> locks;
    std::vector<Series> series;  // all threads first, then the threads by weight; those of a name together
};

/// Throws base::Error (usage) for a thread count, thread or counter that the recording does not have.
WeightedStacks select_stacks(const analysis::Profile& profile, const Selection& selection);

/// The run whose wall time is the median of its thread count: what a timeline shows.
const analysis::RunProfile& typical_run(const analysis::Profile& profile, int threads);

/// `threads`, or the largest thread count for 0. Throws base::Error (usage) for one that the recording does not have.
int choose_threads(const analysis::Profile& profile, int threads);

}  // namespace ftscale::exports
