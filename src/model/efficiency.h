// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The efficiencies of the POP Centre of Excellence (https://pop-coe.eu/node/69; Rosas, Gimenez, Labarta 2014,
// "Scalability prediction for fundamental performance factors"), for the threads of one process:
//
//     global = parallel x computation
//     parallel = load balance x serialisation x transfer
//     computation = instructions x IPC x clock
//
// POP's processes are slots here, of which a run has as many as the thread count it was started with.
#pragma once

#include <optional>
#include <span>

namespace ftscale::model {

/// One run, or the means of several.
struct ParallelTimes {
    int slots = 1;           // n
    double wall_s = 0;       // T
    double useful_s = 0;     // U: computing, all threads together
    double busiest_s = 0;    // M: of the busiest slot, see busiest_slot_s
    double mechanics_s = 0;  // X: of all threads, what synchronising itself takes
};

/// POP's maximum over the processes of useful time. A script may start more threads than it has slots, at the same time
/// or (a pool for each phase) one after another, and its main thread often only waits for the others. So it is the time
/// of the busiest slot when the threads are dealt out to the slots as evenly as can be, a thread never being in two
/// at once: max(max U_i, sum U_i / n), McNaughton 1959, "Scheduling with deadlines and loss functions". With as many
/// threads as slots that is max U_i. What turns uneven only because of when threads ran is left to serialisation.
double busiest_slot_s(std::span<const double> useful_s, int slots);

struct ParallelEfficiency {
    double parallel = 1;
    double load_balance = 1;
    double serialisation = 1;
    double transfer = 1;
};

/// parallel = U / (n T); load balance = (U / n) / M; transfer = T' / T; serialisation = M / T'. T' is POP's time on an
/// ideal network: the run if synchronising itself cost nothing, T - X / n, but never less than the busiest slot
/// computes. Above 1 only where a script ran on more CPUs than it has slots. Absent where nothing was computed.
std::optional<ParallelEfficiency> parallel_efficiency(const ParallelTimes& times);

/// Useful computation of all threads. Counts are absent where they were not counted.
struct Computation {
    double seconds = 0;
    std::optional<double> instructions, cycles;
};

struct ComputationEfficiency {
    double computation = 1;
    std::optional<double> instructions, ipc, clock;
};

/// `now` against `before`, the reference, which would be paid `ideal` times over without any loss (strong scaling: 1;
/// weak: the ratio of slots). computation = ideal U(before) / U(now); instructions likewise; IPC = instructions per
/// cycle, clock = cycles per second of useful time, each now / before. Absent where either side computed nothing; its
/// factors where either side lacks instructions or cycles.
std::optional<ComputationEfficiency> computation_efficiency(const Computation& now, const Computation& before,
                                                            double ideal);

}  // namespace ftscale::model
