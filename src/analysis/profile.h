// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The recording run by run and thread by thread, with its stacks: what exports to other viewers and flame graphs read,
// beside Analysis. Times in seconds since the begin of what is measured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "account/ledger.h"
#include "analysis/analysis.h"
#include "analysis/analyze.h"
#include "analysis/call_tree.h"
#include "recording/recording.h"
#include "symbols/symbols.h"

namespace ftscale::analysis {

inline constexpr int kNone = -1;

/// A lock as one run knows it.
struct ProfileLock {
    account::LockKind kind{};
    std::string type;  // of the object, or what an internal lock is
};

/// What one of those who made a thread wait has of the wait.
struct HeldShare {
    std::uint32_t node = 0;  // where it let go; 0: not seen
    double seconds = 0;
};

/// A stretch of a thread's time in one state.
struct Span {
    double begin_s = 0, end_s = 0;
    account::Category category{};
    std::uint32_t node = 0;    // where it ran or waited
    std::uint32_t holder = 0;  // waits: where the thread that made it wait for the longest let go; 0: not seen
    int lock = kNone;          // in RunProfile::locks
    int held_by = kNone;       // waits: that thread, in RunProfile::thread_profiles
    bool is_wait = false;      // exact, from the call that blocked or span; else from samples
    double held_until_s = 0;   // waits: when it let go
    std::uint32_t first_share = 0, shares = 0;  // waits: all who made it wait, in RunProfile::held; together the wait

    double seconds() const { return end_s - begin_s; }
};

struct SampleMark {
    double time_s = 0;
    std::uint32_t node = 0;
};

struct ThreadProfile {
    std::string name;
    std::uint32_t process = 0, tid = 0;
    double begin_s = 0, end_s = 0;
    std::vector<Span> spans;          // in order of time, apart from each other
    std::vector<SampleMark> samples;  // within what is measured, in order of time
};

/// Part of a ledger; see account::Charge.
struct NodeCharge {
    account::Category category{};
    std::uint32_t node = 0;
    double seconds = 0;
};

struct NodeCounts {
    std::uint32_t node = 0;
    Counts counts;
};

/// One run of the script.
struct RunProfile {
    int threads = 1, repeat = 0;
    double wall_s = 0;
    std::vector<ThreadProfile> thread_profiles;
    std::vector<ProfileLock> locks;
    std::vector<HeldShare> held;
    std::vector<NodeCharge> charges;  // sum to threads x wall_s, as the ledger
    std::vector<NodeCounts> counts;
};

struct Profile {
    recording::Manifest manifest;
    CallTree tree;
    int baseline_threads = 1;
    std::vector<RunProfile> runs;  // by thread count and repeat
};

/// Of the runs that the Analysis is made from.
Profile make_profile(const recording::Recording& recording, const symbols::Symbols& symbols,
                     const Options& options = {});

}  // namespace ftscale::analysis
