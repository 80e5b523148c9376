// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/findings/counter_evidence.h"
#include "analysis/findings/findings.h"

namespace ftscale::analysis {
namespace {

using account::Category;

// The part of the inflation that must be in such functions for it to be theirs.
constexpr double kMostOfIt = 0.5;

struct Kind {
    const char* rule;
    bool (*is_member)(std::string_view native_function);
    const char* title;  // {0}: the function with most of the loss, {1}: cores
    const char* advice;
};

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> begins) {
    return std::any_of(begins.begin(), begins.end(),
                       [name](std::string_view begin) { return name.starts_with(begin); });
}

bool moves_memory(std::string_view name) {
    return starts_with_any(name, {"__memcpy", "__memmove", "__memset", "__memcmp", "__mempcpy", "memcpy", "memmove",
                                  "memset", "memcmp", "__strlen", "__memchr", "__wmem"});
}

bool allocates(std::string_view name) {
    return starts_with_any(
        name, {"mi_", "_mi_", "_PyObject_Mi", "PyObject_Malloc", "PyObject_Free", "PyMem_", "malloc", "free", "calloc",
               "realloc", "_int_malloc", "_int_free", "__libc_malloc", "__libc_free", "unlink_chunk", "sysmalloc"});
}

bool is_any(std::string_view) { return true; }

constexpr std::array<Kind, 3> kKinds = {{
    {"memory", moves_memory, "moving memory takes {1:.2f} cores more CPU time, most for {0}: probably memory bandwidth",
     "All cores share one path to memory: work on parts that fit the cache, touch the data fewer times, use smaller "
     "element types. --control processes tells: if processes do no better, it is the machine."},
    {"allocator", allocates, "allocating and freeing takes {1:.2f} cores more CPU time, most for {0}",
     "Free objects in the thread that made them, and reuse buffers instead of making new ones: memory that another "
     "thread frees takes atomic operations on its page."},
    {"work", is_any, "the same work takes {1:.2f} cores more CPU time, most in {0}",
     "Threads slow each other down without waiting: memory bandwidth and caches, hyper-threads of one core, a lower "
     "clock frequency with more cores busy. --control processes tells the machine's part from the interpreter's."},
}};

constexpr const char* kInstructionsAdvice =
    "The threads execute more instructions for the same work: set-up and copies that each makes for itself, searches "
    "that get longer, work done again after another thread was faster. Compare the functions' instructions at both "
    "thread counts, and do once what all of them need.";
constexpr const char* kIpcAdvice =
    "The same instructions wait longer: for caches and memory bandwidth that cores share, for the other hyper-thread "
    "of "
    "their core, or for lines that threads write to in turn. Work on parts that fit the cache, keep what different "
    "threads write apart. --control processes tells the machine's part from the interpreter's.";
constexpr const char* kClockAdvice =
    "The cores' clock is lower with more of them busy: turbo, power or heat limits, or a governor that follows the "
    "load. That is the machine's part and no fault of the script; to take it out of the comparison hold the clock: "
    "cpupower frequency-set -g performance, and turbo off.";

/// Whether what counters say speaks against this kind: a lower clock slows all work alike, and waiting for memory shows
/// in instructions per cycle.
bool is_excluded(const Kind& kind, WorkPart part) {
    if (kind.is_member == moves_memory) return part == WorkPart::LowerClock || part == WorkPart::MoreInstructions;
    return kind.is_member == allocates && part == WorkPart::LowerClock;
}

const char* advice_for(const Kind& kind, WorkPart part) {
    if (kind.is_member != is_any) return kind.advice;
    switch (part) {
        case WorkPart::MoreInstructions:
            return kInstructionsAdvice;
        case WorkPart::LowerIpc:
            return kIpcAdvice;
        case WorkPart::LowerClock:
            return kClockAdvice;
        case WorkPart::None:
            break;
    }
    return kind.advice;
}

double native_loss_s(const RunResult& run, const Kind& kind) {
    double seconds = 0;
    for (const Function& function : run.functions)
        if (function.place.native && !function.outside_python && kind.is_member(function.place.function))
            seconds += function.loss[Category::Work];
    return seconds;
}

}  // namespace

std::vector<Finding> work_findings(const Evidence& evidence) {
    const double lost_cores = evidence.lost_beside_pool(Category::Work);
    const Function* function = main_function(evidence, Category::Work);
    if (function == nullptr || !is_visible(evidence, Category::Work, lost_cores)) return {};
    const double loss_s = evidence.run.loss[Category::Work];
    const WorkPart part = main_work_part(evidence);
    const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& candidate) {
        if (candidate.is_member == is_any) return true;
        return !is_excluded(candidate, part) && native_loss_s(evidence.run, candidate) > kMostOfIt * loss_s;
    });
    Finding finding;
    finding.rule = kind->rule;
    finding.lost_cores = lost_cores;
    finding.uncertainty_cores = uncertainty_cores(evidence, Category::Work);
    finding.title = fmt::format(fmt::runtime(kind->title), function_text(*function, Category::Work), lost_cores);
    finding.evidence.push_back(ledger_text(evidence, Category::Work));
    if (std::string split = work_split_text(evidence); !split.empty()) finding.evidence.push_back(std::move(split));
    if (std::string shares = share_text(evidence, Category::Work, false); !shares.empty())
        finding.evidence.push_back(std::move(shares));
    if (std::string natives = share_text(evidence, Category::Work, true); !natives.empty())
        finding.evidence.push_back("native functions: " + natives);
    finding.advice = advice_for(*kind, part);
    return {finding};
}

}  // namespace ftscale::analysis
