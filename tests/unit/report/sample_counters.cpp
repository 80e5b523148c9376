// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis_builder.h"
#include "sample_analyses.h"

namespace ftscale::tests {
namespace {

Place python(const std::string& function, const std::string& file, int line) { return {function, file, line, false}; }

}  // namespace

/// Shared objects and a shared cache, on a machine that shows both.
analysis::Analysis hardware_counters() {
    AnalysisBuilder builder({"serve.py"});
    analysis::Measurement& measurement = builder.analysis().measurement;
    measurement.sampler = "cycles";
    measurement.counters = {{"cycles", "cycles", true, 1},
                            {"instructions", "instructions", true, 1},
                            {"LLC-LOAD-MISSES", "cache_misses", true, 1},
                            {"MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM", "line_transfers", true, 0.52},
                            {"MACHINE_CLEARS:MEMORY_ORDERING", "memory_order_clears", true, 0.52},
                            {"BR_MISP_RETIRED", "", true, 0.52}};
    measurement.missing_counters = {{"MEM_INST_RETIRED:LOCK_LOADS", "the processor has no such event"}};
    const char* const hitm = "MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM";
    const char* const clears = "MACHINE_CLEARS:MEMORY_ORDERING";
    const Place serve = python("Server.serve", "/home/me/serve.py", 20), load = python("load", "/home/me/serve.py", 3);
    const auto counts = [&](double instructions, double cycles, double misses, double transfers) {
        return analysis::Counts{{"instructions", instructions}, {"cycles", cycles},
                                {"LLC-LOAD-MISSES", misses},    {hitm, transfers},
                                {clears, transfers / 5},        {"BR_MISP_RETIRED", instructions / 400}};
    };
    builder.run(1, {1.0, 1.0})
        .spends(Category::Serial, 0.02, load)
        .spends(Category::Refcount, 0.01, serve)
        .rest(Category::Work, serve)
        .counts(serve, counts(5.51e9, 2.87e9, 3.3e6, 1.1e5))
        .counts(load, counts(4.2e8, 2.1e8, 5e5, 0))
        .efficiency({1, 0.98, 1}, {1, 1, 1});
    builder.run(2, {0.58, 0.58})
        .spends(Category::Serial, 0.02, load)
        .spends(Category::Refcount, 0.1, serve)
        .rest(Category::Work, serve)
        .counts(serve, counts(5.53e9, 3.21e9, 5.9e6, 8.7e6))
        .counts(load, counts(4.2e8, 2.1e8, 5e5, 0))
        .efficiency({0.994, 0.984, 0.98}, {0.998, 0.892, 0.99})
        .work_split(0.1, 0.8);
    builder.run(4, {0.45, 0.45})
        .spends(Category::Serial, 0.09, load)
        .spends(Category::Spin, 0.06, serve)
        .spends(Category::Refcount, 0.3, serve)
        .rest(Category::Work, serve)
        .counts(serve, counts(5.6e9, 4.31e9, 2.31e7, 2.29e7))
        .counts(load, counts(4.2e8, 2.1e8, 5e5, 0))
        .thread("MainThread", {{Category::Work, 0.05}, {Category::Starved, 0.4}})
        .thread_counts(counts(4.2e8, 2.1e8, 5e5, 0))
        .thread("worker", {{Category::Work, 0.35}, {Category::Refcount, 0.1}})
        .thread_counts(counts(5.6e9, 4.31e9, 2.31e7, 2.29e7))
        .process_counts(counts(6.9e9, 5.1e9, 2.5e7, 2.3e7))
        .efficiency({0.97, 0.913, 0.96}, {0.988, 0.682, 0.95})
        .work_split(0.04, 0.76);
    builder.analysis().findings = {
        {"work",
         "high",
         0.85,
         "the same work takes 0.85 cores more CPU time, most in Server.serve (serve.py:22)",
         {"work at 4 threads: 1.350 s of 1.800 s, 0.970 s at 1; 0.85 ±0.10 cores",
          "0.64 of 0.85 cores: fewer instructions per cycle (1.93 -> 1.33); 0.17: lower clock (3.17 -> 3.01 GHz); "
          "0.03: more instructions (+1.2 %)"},
         "Work on parts that fit the cache.",
         0.1},
        {"refcount",
         "medium",
         0.64,
         "reference count of a Settings object, which threads share: Server.serve (serve.py:22) loses 0.64 cores",
         {"confirmed by MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM: 0.02 -> 4.09 per thousand instructions in Server.serve "
          "(estimated)"},
         "Give each thread an object of its own.",
         0.1}};
    return builder.finish();
}

analysis::Analysis software_counters() {
    AnalysisBuilder builder({"allocate.py"});
    analysis::Measurement& measurement = builder.analysis().measurement;
    measurement.counters = {{"page-faults", "", false, 1},
                            {"context-switches", "", false, 1},
                            {"cpu-migrations", "", false, 1},
                            {"task-clock", "", false, 1}};
    const char* const no_pmu = "this machine shows no hardware counters";
    measurement.missing_counters = {{"cycles", no_pmu}, {"instructions", no_pmu}};
    measurement.run_delay_of_switches = true;
    const Place fill = python("fill", "/home/me/allocate.py", 8), drop = python("drop", "/home/me/allocate.py", 17);
    const auto counts = [](double faults, double switches, double migrations, double clock_s) {
        return analysis::Counts{{"page-faults", faults},
                                {"context-switches", switches},
                                {"cpu-migrations", migrations},
                                {"task-clock", 1e9 * clock_s}};
    };
    builder.run(1, {1.0, 1.0})
        .spends(Category::Kernel, 0.1, fill)
        .rest(Category::Work, fill)
        .counts(fill, counts(25000, 4, 0, 0.9), 0.5)
        .counts(drop, counts(12, 1, 0, 0.1))
        .efficiency({1, 1, 1}, 1);
    builder.run(2, {0.6, 0.6})
        .spends(Category::Kernel, 0.2, fill)
        .spends(Category::RunQueue, 0.06, fill)
        .spends(Category::Work, 0.1, drop)
        .rest(Category::Work, fill)
        .counts(fill, counts(25031.5, 1203, 2, 1.04), 0.5)
        .counts(drop, counts(15, 1, 0.5, 0.1))
        .thread("MainThread", {{Category::Work, 0.54}, {Category::RunQueue, 0.06}})
        .thread_counts(counts(12520, 600, 2, 0.54))
        .thread("Thread-1 (fill)", {{Category::Work, 0.6}})
        .thread_counts(counts(12526, 604, 0, 0.6))
        .process_counts(counts(27211, 1230, 3, 1.21))
        .efficiency({0.999, 0.99, 0.961}, 0.877);
    return builder.finish();
}

}  // namespace ftscale::tests
