// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/cycles_clock.h"

#include <time.h>

#include <algorithm>
#include <cmath>

#include "counters/access.h"

namespace ftscale::counters {
namespace {

// Long enough for a clock that ticks once a jiffy to be right within some percent of what 997 samples a second need,
// and for a core to have left its sleep.
constexpr double kMeasured_s = 0.01;
// Below this a sample would come after every few instructions: the measurement cannot be true.
constexpr std::uint64_t kLeastPeriod = 10'000;

double thread_cpu_s() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Mostly outside of the kernel, which may not be counted.
void compute_a_while() {
    volatile std::uint64_t state = 1;
    for (int i = 0; i < 20'000; ++i) state = state * 6364136223846793005U + 1442695040888963407U;
}

CyclesClockOrNot none(std::string reason) { return {std::nullopt, std::move(reason)}; }

}  // namespace

bool has_two_kinds_of_cores(const std::filesystem::path& root) {
    const std::filesystem::path devices = root / "sys/bus/event_source/devices";
    std::error_code failed;
    return std::filesystem::exists(devices / "cpu_core", failed) &&
           std::filesystem::exists(devices / "cpu_atom", failed);
}

CyclesClockOrNot measure_cycles(double frequency_hz, const Permissions& permissions, Opener& opener,
                                bool two_kinds_of_cores) {
    const EventAccess access = try_event(kCyclesEvent, permissions, opener);
    if (!access.possible) return none(access.reason);
    if (two_kinds_of_cores) return none(kTwoKindsOfCores);
    CyclesClock clock;
    clock.side = access.kernel_side ? Side::UserAndKernel : Side::UserOnly;
    const OpenEvent cycles(opener, kCyclesEvent, clock.side);
    compute_a_while();
    const double start_s = thread_cpu_s();
    cycles.start();
    while (thread_cpu_s() - start_s < kMeasured_s) compute_a_while();
    const Reading reading = cycles.read();
    const double passed_s = thread_cpu_s() - start_s;
    if (reading.running_ns == 0 || reading.value == 0) return none("cycles can be opened, but do not count");
    if (reading.running_ns < reading.enabled_ns) return none("somebody else uses the counter of cycles");
    clock.cycles_per_s = static_cast<double>(reading.value) / passed_s;
    clock.period = static_cast<std::uint64_t>(std::llround(clock.cycles_per_s / frequency_hz));
    if (clock.period < kLeastPeriod) return none("cycles can be opened, but hardly count");
    return {clock, {}};
}

}  // namespace ftscale::counters
