// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/generic_events.h"

#include <linux/perf_event.h>

namespace ftscale::counters {

const std::vector<GenericEvent>& generic_events() {
    static const std::vector<GenericEvent> events = {
        {"cycles", kCyclesEvent, "CPU cycles; affected by the clock frequency"},
        {"instructions", kInstructionsEvent, "Instructions retired"},
        {"cache-references", {kHardware, PERF_COUNT_HW_CACHE_REFERENCES}, "Cache accesses, mostly of the last level"},
        {"cache-misses",
         {kHardware, PERF_COUNT_HW_CACHE_MISSES},
         "Cache misses: of the last level on Intel, of level 2 on AMD, of level 1 on Arm"},
        {"branches", {kHardware, PERF_COUNT_HW_BRANCH_INSTRUCTIONS}, "Branch instructions retired"},
        {"branch-misses", {kHardware, PERF_COUNT_HW_BRANCH_MISSES}, "Branches that were predicted wrongly"},
        {"bus-cycles", {kHardware, PERF_COUNT_HW_BUS_CYCLES}, "Bus cycles"},
        {"stalled-cycles-frontend",
         {kHardware, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND},
         "Cycles in which no instruction could be issued: none had been fetched"},
        {"stalled-cycles-backend",
         {kHardware, PERF_COUNT_HW_STALLED_CYCLES_BACKEND},
         "Cycles in which no instruction could retire: data or a unit was missing"},
        {"ref-cycles",
         {kHardware, PERF_COUNT_HW_REF_CPU_CYCLES},
         "Cycles at the nominal frequency; not affected by the clock frequency"},
        {"cpu-clock", kCpuClockEvent, "Nanoseconds on a CPU, by the CPU's clock"},
        {"task-clock", {kSoftware, PERF_COUNT_SW_TASK_CLOCK}, "Nanoseconds on a CPU, by the thread's clock"},
        {"page-faults", {kSoftware, PERF_COUNT_SW_PAGE_FAULTS}, "Page faults, minor and major"},
        {"context-switches", {kSoftware, PERF_COUNT_SW_CONTEXT_SWITCHES}, "Times the thread left its CPU"},
        {"cpu-migrations", {kSoftware, PERF_COUNT_SW_CPU_MIGRATIONS}, "Times the thread came to another CPU"},
        {"minor-faults", {kSoftware, PERF_COUNT_SW_PAGE_FAULTS_MIN}, "Page faults without input or output"},
        {"major-faults", {kSoftware, PERF_COUNT_SW_PAGE_FAULTS_MAJ}, "Page faults that read from a disk"},
        {"alignment-faults", {kSoftware, PERF_COUNT_SW_ALIGNMENT_FAULTS}, "Unaligned accesses mended by the kernel"},
        {"emulation-faults", {kSoftware, PERF_COUNT_SW_EMULATION_FAULTS}, "Instructions emulated by the kernel"},
        {"cgroup-switches",
         {kSoftware, PERF_COUNT_SW_CGROUP_SWITCHES},
         "Context switches to a thread of another control group"},
    };
    return events;
}

}  // namespace ftscale::counters
