// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What of a recording a comparison needs, small enough to be committed as a baseline and read in a diff: who was
// measured where, the times of all runs, and what the fastest of them lost to what.
#pragma once

#include <string>
#include <vector>

#include "analysis/analysis.h"

namespace ftscale::compare {

/// All runs of the region at one thread count.
struct TimedPoint {
    int threads = 1;
    std::vector<double> repeats_s;
    bool is_disturbed = false;  // others used the CPUs during some of them, and there are none without

    /// The mean of the fastest runs, which decide a comparison.
    double fastest_s() const;
};

/// A line of a source file.
struct SourceLine {
    std::string file;  // absolute; empty: unknown
    int line = 0;
};

/// What a category, function, lock or object has lost, in cores.
struct Loss {
    std::string name;   // "lock_wait", "collect", "list"
    std::string place;  // functions: the file, below the working directory where it is there; locks: their kind
    double cores = 0;
    double standard_error = 0;  // of cores; by the repeats' spread, or of the samples where that is larger
    SourceLine line = {};       // where most of it was lost; not part of a baseline: lines move
};

/// One thread count.
struct LossPoint {
    int threads = 1;
    std::vector<Loss> categories;  // all, in the ledger's order
    std::vector<Loss> functions;   // largest first
    std::vector<Loss> locks;       // largest first
    std::vector<Loss> objects;     // those whose reference counts are fought over, largest first
};

struct Figures {
    std::string command;
    std::string interpreter;  // "3.13.5t"
    bool gil_on = false;
    int cpus = 0;
    std::string processor;
    std::string scaling;  // "strong", "weak"
    std::string region;   // empty: the whole script, or all it marks
    int baseline_threads = 1;
    std::string created;  // of the recording, ISO 8601
    std::string tool_version;
    double sweep_s = 0;  // from the first run's start to the last one's end, warm-ups left out; 0: not known
    std::vector<TimedPoint> points;  // by thread count
    std::vector<LossPoint> losses;   // of thread counts above the baseline's

    const TimedPoint* point_at(int threads) const;
    /// Whether the speed-up at this count is of disturbed runs, there or at the baseline's count.
    bool is_disturbed_at(int threads) const;
    const LossPoint* losses_at(int threads) const;
};

/// The loss of the same function, lock or object; null where there is none.
const Loss* find_same(const std::vector<Loss>& losses, const Loss& loss);

/// Of a recording's analysis, and of that of its fastest runs alone (analysis::Options::fastest): the times are those
/// of all, what was lost to what is of the runs that decide a comparison.
Figures make_figures(const analysis::Analysis& analysis, const analysis::Analysis& fastest);

/// Speed-ups of weak scaling are n T(1)/T(n): what T(1)/T(n) is multiplied by.
double speedup_scale(const Figures& figures, int threads);

/// `figures` with the repeats of another recording of the same, made after it; losses are means by repeats.
void append_repeats(Figures& figures, const Figures& more);

/// A JSON object (schema ftscale.baseline/1), a figure a line.
std::string to_json(const Figures& figures);
/// Throws base::Error where the text is no baseline.
Figures parse_figures(const std::string& json);

}  // namespace ftscale::compare
