// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/findings/findings.h"
#include "analysis/places.h"

namespace ftscale::analysis {
namespace {

using account::Category;
using account::StopReason;

std::string pause_text(const Pause& pause) {
    std::string text = fmt::format("{:.0f} stops a run, {} in all, the longest {}", pause.stops,
                                   duration_text(pause.pause_s), duration_text(pause.longest_s));
    if (pause.to_stop_s > 0.1 * pause.pause_s && !pause.stragglers.empty())
        text += fmt::format("; {} of it until all had stopped, {} the last", duration_text(pause.to_stop_s),
                            place_text(pause.stragglers.front().place));
    return text;
}

std::string collection_text(const CollectionRow& row) {
    return fmt::format("{:.0f} collections a run, {} in all, the longest {}, {:.0f} objects freed", row.count,
                       duration_text(row.total_s), duration_text(row.longest_s), row.collected);
}

const Pause* main_pause(const RunResult& run, bool collections) {
    for (const Pause& pause : run.pauses)
        if ((pause.reason == StopReason::Collection) == collections) return &pause;
    return nullptr;
}

/// The part of the stopped time that collections are behind.
double collection_share(const RunResult& run) {
    double collections = 0, all = 0;
    for (const Pause& pause : run.pauses) {
        all += pause.stopped_s;
        if (pause.reason == StopReason::Collection) collections += pause.stopped_s;
    }
    return all > 0 ? collections / all : run.collections.empty() ? 0 : 1;
}

std::string collection_advice(std::uint32_t python) {
    const std::string what =
        "Collect less often: call gc.freeze() once the data that stays is loaded, raise the threshold "
        "(gc.set_threshold), "
        "allocate fewer containers in the loop, or switch the collector off while the threads run (gc.disable).";
    if (python >= kPython314) return what;
    return what + " Python 3.13 visits every object in each collection; 3.14 collects less often.";
}

std::string stop_advice(StopReason reason, std::uint32_t python) {
    switch (reason) {
        case StopReason::ClassAssignment:
            return python < kPython3144
                       ? "Create objects with the class they are to have instead of assigning __class__; from Python "
                         "3.14.4 on it stops the world only for objects that others may refer to."
                       : "Create objects with the class they are to have instead of assigning __class__.";
        case StopReason::TypeChange:
            return "Change classes (their attributes, bases, names) before the threads start.";
        case StopReason::FunctionChange:
            return "Set the attributes of functions (__code__, __defaults__, __name__, ...) before the threads start; "
                   "decorators that run inside threads do it too.";
        case StopReason::Tracing:
            return "Set trace and profile functions once, before the threads start, or not at all while measuring.";
        case StopReason::Monitoring:
            return "Register sys.monitoring events once; a callback that returns DISABLE stops the world each time.";
        case StopReason::ExtensionImport:
            return "Import extension modules before the threads start: each such import stops the world.";
        case StopReason::CurrentFrames:
            return "Ask for sys._current_frames() or sys._current_exceptions() less often (a watchdog or profiler "
                   "may).";
        case StopReason::Fork:
            return "Start processes before the threads, or by the spawn method.";
        case StopReason::ThreadTable:
            return "The interpreter's table of threads grows at 8, 16, 32, ... of them: keep threads in a pool.";
        case StopReason::FirstThread:
            return "This happens once in a process, when its first thread starts, in Python 3.13 only.";
        case StopReason::GcModule:
            return "Call gc.get_objects(), gc.get_referrers(), gc.freeze() and their like outside the parallel part.";
        case StopReason::Collection:
            return collection_advice(python);
        case StopReason::Unknown:
            break;
    }
    return "Do what stops the world less often while threads run: collections, changes of classes and functions, "
           "imports of extension modules, tracing.";
}

double both_uncertain(const Evidence& evidence) {
    return std::hypot(uncertainty_cores(evidence, Category::StopTheWorld), uncertainty_cores(evidence, Category::Gc));
}

Finding collection_finding(double lost_cores, const Evidence& evidence) {
    const RunResult& run = evidence.run;
    Finding finding;
    finding.rule = "gc";
    finding.lost_cores = lost_cores;
    finding.uncertainty_cores = both_uncertain(evidence);
    std::string trigger;
    if (!run.collections.empty()) {
        trigger = ", most triggered by " + place_text(run.collections.front().trigger);
        finding.evidence.push_back(collection_text(run.collections.front()));
    } else if (const Function* function = main_function(evidence, Category::Gc)) {
        trigger = ", most in " + function_text(*function, Category::Gc);
    }
    finding.title = fmt::format("garbage collections stop the threads: {:.2f} cores{}", lost_cores, trigger);
    if (const Pause* pause = main_pause(run, true)) finding.evidence.push_back(pause_text(*pause));
    finding.evidence.push_back(ledger_text(evidence, Category::StopTheWorld));
    finding.evidence.push_back(ledger_text(evidence, Category::Gc));
    finding.advice = collection_advice(evidence.python());
    return finding;
}

Finding stop_finding(double lost_cores, const Evidence& evidence) {
    Finding finding;
    finding.rule = "stop_the_world";
    finding.lost_cores = lost_cores;
    finding.uncertainty_cores = uncertainty_cores(evidence, Category::StopTheWorld);
    const Pause* pause = main_pause(evidence.run, false);
    if (pause != nullptr) {
        const bool known = pause->reason != StopReason::Unknown;
        finding.title = fmt::format("{} stops the world: {:.2f} cores, asked for by {}",
                                    known ? account::stop_reason_name(pause->reason) : "something", lost_cores,
                                    place_text(pause->requester));
        finding.evidence.push_back(pause_text(*pause));
    } else {
        const Function* function = main_function(evidence, Category::StopTheWorld);
        finding.title =
            fmt::format("threads are stopped by stop-the-world pauses: {:.2f} cores{}", lost_cores,
                        function != nullptr ? ", most in " + function_text(*function, Category::StopTheWorld) : "");
    }
    finding.evidence.push_back(ledger_text(evidence, Category::StopTheWorld));
    finding.advice = stop_advice(pause != nullptr ? pause->reason : StopReason::Unknown, evidence.python());
    return finding;
}

}  // namespace

std::vector<Finding> pause_findings(const Evidence& evidence) {
    const double stopped = evidence.lost_cores(Category::StopTheWorld);
    const double by_collections = collection_share(evidence.run) * stopped;
    const double collections = by_collections + evidence.lost_cores(Category::Gc);
    std::vector<Finding> findings;
    if (collections >= kSmallestFinding) findings.push_back(collection_finding(collections, evidence));
    if (const double other = stopped - by_collections; other >= kSmallestFinding)
        findings.push_back(stop_finding(other, evidence));
    return findings;
}

}  // namespace ftscale::analysis
