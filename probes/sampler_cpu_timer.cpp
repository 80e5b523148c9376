// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <signal.h>
#include <time.h>

#include "sampler.h"

#ifndef sigev_notify_thread_id  // glibc names the field from 2.38 on
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace ftscale::probe {
namespace {

bool start(ThreadState& state, std::uint64_t period_ns) {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = sample_signal();
    event.sigev_notify_thread_id = static_cast<pid_t>(state.tid);
    timer_t timer{};
    if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) != 0) return false;
    const timespec period{static_cast<time_t>(period_ns / 1'000'000'000), static_cast<long>(period_ns % 1'000'000'000)};
    const itimerspec schedule{period, period};
    if (timer_settime(timer, 0, &schedule, nullptr) != 0) {
        timer_delete(timer);
        return false;
    }
    state.sampler_timer = timer;
    state.sampler_timer_set = true;
    return true;
}

void stop(ThreadState& state) {
    if (state.sampler_timer_set) timer_delete(state.sampler_timer);
    state.sampler_timer_set = false;
}

}  // namespace

const SamplerEngine kCpuTimerSampler = {format::Sampler::CpuTimer, "cpu-timer", start, stop};

}  // namespace ftscale::probe
