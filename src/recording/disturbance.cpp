// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/disturbance.h"

#include <algorithm>

namespace ftscale::recording {
namespace {

constexpr double kDisturbedShare = 0.05;
// The kernel counts what its clock tick strikes: this much may be the run's own.
constexpr double kCountingErrorS = 0.03;

/// That its threads can use at once.
int wanted_cpus(const Run& run, const Machine& machine) { return std::clamp(run.threads, 1, cpus_of(run, machine)); }

}  // namespace

double running_s(const Run& run) {
    const std::uint64_t whole_ns = run.ended_ns > run.started_ns ? run.ended_ns - run.started_ns : 0;
    return 1e-9 * static_cast<double>(whole_ns - std::min(whole_ns, run.stopped_ns));
}

int cpus_of(const Run& run, const Machine& machine) {
    return std::max(1, run.cpus.empty() ? machine.cpus : static_cast<int>(run.cpus.size()));
}

double taken_cpus(const Run& run, const Machine& machine) {
    const double wall = running_s(run);
    if (!run.other_load || wall <= 0) return 0;
    const double cpus = cpus_of(run, machine), wanted = wanted_cpus(run, machine);
    const double stolen = run.other_load->stolen_s * wanted / cpus;
    const double beyond_free = std::max(0.0, run.other_load->others_s - (cpus - wanted) * wall);
    return (beyond_free + stolen) / wall;
}

bool is_disturbed(const Run& run, const Machine& machine) {
    if (run.stops > 0 || run.suspended_ns > 0) return true;
    const double taken = taken_cpus(run, machine);
    return taken >= kDisturbedShare * wanted_cpus(run, machine) && taken * running_s(run) >= kCountingErrorS;
}

}  // namespace ftscale::recording
