// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the rules look at, and the phrases they share.
#pragma once

#include <optional>
#include <string>

#include "analysis/analysis.h"
#include "analysis/findings/library_pools.h"

namespace ftscale::analysis {

/// The largest thread count, and the baseline it is compared with.
struct Evidence {
    const RunResult& run;
    const RunResult& baseline;
    const recording::Manifest& manifest;
    const Measurement& measurement;
    std::optional<LibraryPool> pool = {};  // has a finding of its own, for all it costs

    double lost_cores(account::Category category) const { return run.lost_cores(category); }
    /// Without what stands in the pool's finding; the run queue also without what others than the script's threads
    /// caused, which stands in findings of its own.
    double lost_beside_pool(account::Category category) const;
    /// The growth of a part of the run queue, in cores.
    double queue_lost_to(double RunResult::*part) const { return cores(run.*part - run.ideal * baseline.*part); }
    /// The run queue that the script's own threads cause each other.
    double own_queue_lost() const {
        return lost_cores(account::Category::RunQueue) - queue_lost_to(&RunResult::queued_for_others_s) -
               queue_lost_to(&RunResult::queued_for_children_s);
    }
    /// CPUs that others took during the runs, where that disturbed them.
    double disturbing_cpus() const;
    double cores(double seconds) const { return run.capacity_s > 0 ? run.threads * seconds / run.capacity_s : 0; }
    std::uint32_t python() const { return manifest.interpreter.version_hex; }
};

inline constexpr double kSmallestFinding = 0.05;  // cores: less is within the noise of a sweep
inline constexpr double kNoisyShare = 0.05;       // of all cores, for what other load on the machine looks like
inline constexpr double kBeyondNoise = 0.15;      // of all cores: large enough however much the repeats differ
inline constexpr std::uint32_t kPython314 = 0x030e0000, kPython3144 = 0x030e0400, kPython315 = 0x030f0000;

/// Cores lost where threads wait for each other, without what stands in the pool's finding.
double waiting_cores_beside_pool(const Evidence& evidence);

/// Half the width of the 95 % confidence interval of a category's lost cores.
double uncertainty_cores(const Evidence& evidence, account::Category category);

/// Whether so many cores lost to a category are more than noise. CPU time, idle slots and the run queue grow with every
/// disturbance of the machine (other processes, frequency), and more threads meet more of them: what counts there is a
/// share of all cores, and that repeats agree.
bool is_visible(const Evidence& evidence, account::Category category, double lost_cores);

/// The function with most of the category's loss; null where none has any.
const Function* main_function(const Evidence& evidence, account::Category category);

/// "add (app.py:12)", at the function's costliest line of the category.
std::string function_text(const Function& function, account::Category category);

/// "gc at 2 threads: 0.300 s of 1.200 s, 0.100 s at 1; 0.20 ±0.03 cores"
std::string ledger_text(const Evidence& evidence, account::Category category);

/// The functions behind a category's loss, largest first, as far as they matter; native ones where asked for.
std::string share_text(const Evidence& evidence, account::Category category, bool native);

/// "a list", "an int"
std::string with_article(const std::string& noun);

/// "12.3 ms"
std::string duration_text(double seconds);

}  // namespace ftscale::analysis
