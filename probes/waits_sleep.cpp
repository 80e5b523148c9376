// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Sleeps. They always leave the CPU, so they are recorded as they begin.
#include "interruption.h"
#include "real.h"
#include "wait_scope.h"

using namespace ftscale::probe;
using ftscale::format::WaitKind;

namespace {

template <Reports kHow, typename Call>
auto sleeping(const Cursor& caller, Call call) {
    return wait_on<kHow>(nullptr, WaitKind::Sleep, caller, call);
}

/// `rest`, where there is one, is written only where a handler of the script has ended the sleep.
int sleep_for(const timespec* duration, timespec* rest) {
    timespec left = duration != nullptr ? *duration : timespec{};
    const timespec* time = duration;
    const int result = go_on([&] {
        const int ended = real().nanosleep(time, &left);
        if (ended < 0 && errno == EINTR) time = &left;
        return ended;
    });
    if (result < 0 && errno == EINTR && rest != nullptr) *rest = left;
    return result;
}

/// As sleep_for, but the error is returned, and errno left alone.
int sleep_by_clock(clockid_t clock, int flags, const timespec* time, timespec* rest) {
    const bool is_duration = (flags & TIMER_ABSTIME) == 0;
    SignalsSince signals;
    timespec left{};
    int error = 0;
    if (signals.take_ended_beforehand()) {
        left = *time;
        error = EINTR;
    } else {
        while ((error = real().clock_nanosleep(clock, flags, time, &left)) == EINTR && signals.are_ours_alone()) {
            if (is_duration) time = &left;
            signals.next_call();
        }
    }
    if (error == EINTR && is_duration && rest != nullptr) *rest = left;
    return error;
}

/// 0, -1 where a handler of the script has ended it, other negative numbers for other errors.
int sleep_as_c11(const timespec* duration, timespec* rest) {
    const int error = sleep_by_clock(CLOCK_REALTIME, 0, duration, rest);
    return error == 0 ? 0 : error == EINTR ? -1 : -2;
}

/// The whole seconds that are left, as glibc counts them.
unsigned sleep_seconds(unsigned seconds) {
    timespec time{static_cast<time_t>(seconds), 0};
    return sleep_for(&time, &time) == 0 ? 0 : static_cast<unsigned>(time.tv_sec);
}

int sleep_microseconds(useconds_t microseconds) {
    const timespec time = to_timespec(static_cast<std::int64_t>(microseconds) * 1000);
    return sleep_for(&time, nullptr);
}

}  // namespace

extern "C" {
#pragma GCC visibility push(default)

int nanosleep(const timespec* duration, timespec* rest) {
    return sleeping<Reports::Errno>(FTSCALE_CALLER(), [=] { return sleep_for(duration, rest); });
}
int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* rest) {
    return sleeping<Reports::Code>(FTSCALE_CALLER(), [=] { return sleep_by_clock(clock, flags, time, rest); });
}
int usleep(useconds_t microseconds) {
    return sleeping<Reports::Errno>(FTSCALE_CALLER(), [=] { return sleep_microseconds(microseconds); });
}
unsigned sleep(unsigned seconds) {
    return sleeping<Reports::Never>(FTSCALE_CALLER(), [=] { return sleep_seconds(seconds); });
}
int thrd_sleep(const timespec* duration, timespec* rest) {
    return sleeping<Reports::Never>(FTSCALE_CALLER(), [=] { return sleep_as_c11(duration, rest); });
}

#pragma GCC visibility pop
}
