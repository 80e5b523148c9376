// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Going on after the sampler's signal. Some system calls end when a handler has run, whatever its flags say
// (signal(7)), or end with less than they were asked for. Where the sampler's handler alone ran, the call is made again
// with the time or the rest that is left; where a handler of the script ran, too, the script learns what it would have
// learnt without us.
#pragma once

#include <sys/time.h>
#include <time.h>

#include <cerrno>
#include <cstdint>

#include "stream.h"
#include "thread_state.h"

namespace ftscale::probe {

/// Which signals came to the calling thread since this was made.
class SignalsSince {
  public:
    SignalsSince() : state_(own_state()) {
        if (state_ == nullptr) return;
        script_ = state_->script_signals;
        next_call();
    }
    /// Whether one of the script's came while the wait that is about to begin was being recorded. Without us the call
    /// would have been under way, and ended by it. Asked once: a handler makes calls of its own.
    bool take_ended_beforehand() {
        if (state_ == nullptr || !state_->is_ended_beforehand) return false;
        state_->is_ended_beforehand = false;
        return true;
    }
    /// From here on the sampler's are counted anew; of the script's none is ever forgotten.
    void next_call() {
        if (state_ != nullptr) own_ = state_->own_signals;
    }
    bool are_ours_alone() const {
        return state_ != nullptr && state_->own_signals != own_ && state_->script_signals == script_;
    }

  private:
    ThreadState* state_;
    std::uint32_t own_ = 0, script_ = 0;
};

/// Makes a call until something else than the sampler ends it. `call` takes nothing and returns a negative value and
/// errno on failure; it must know by itself how much time is left.
template <typename Call>
auto go_on(Call call) {
    const int entry_errno = errno;
    SignalsSince signals;
    if (signals.take_ended_beforehand()) {
        errno = EINTR;
        return decltype(call())(-1);
    }
    for (;;) {
        const auto result = call();
        if (!(result < 0 && errno == EINTR && signals.are_ours_alone())) return result;
        errno = entry_errno;
        signals.next_call();
    }
}

/// A duration that is running out. Before it is asked the first time it is as it was given: a caller's odd values reach
/// the kernel unchanged.
class TimeLeft {
  public:
    explicit TimeLeft(std::int64_t duration_ns) : end_ns_(static_cast<std::int64_t>(now_ns()) + duration_ns) {}
    std::int64_t ns() const {
        const std::int64_t left = end_ns_ - static_cast<std::int64_t>(now_ns());
        return left > 0 ? left : 0;
    }

  private:
    std::int64_t end_ns_;
};

inline constexpr std::int64_t kNsPerS = 1'000'000'000, kNsPerMs = 1'000'000;
/// Longer than this is for ever: nothing overflows.
inline constexpr std::int64_t kLongestNs = std::int64_t{1} << 61;

inline bool is_valid(const timespec& time) { return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < kNsPerS; }

/// The clocks that glibc waits by.
inline bool is_waitable(clockid_t clock) { return clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME; }

inline std::int64_t to_ns(const timespec& time) {
    return time.tv_sec > kLongestNs / kNsPerS ? kLongestNs : time.tv_sec * kNsPerS + time.tv_nsec;
}
inline timespec to_timespec(std::int64_t ns) {
    return {static_cast<time_t>(ns / kNsPerS), static_cast<long>(ns % kNsPerS)};
}

/// go_on() for calls that take a duration: `call(timeout)` is made with `duration` the first time, with what is left of
/// it afterwards. A null duration is for ever.
template <typename Call>
auto go_on_within(const timespec* duration, Call call) {
    if (duration == nullptr || !is_valid(*duration) || own_state() == nullptr)
        return go_on([&] { return call(duration); });
    const TimeLeft left(to_ns(*duration));
    timespec rest{};
    const timespec* timeout = duration;
    return go_on([&] {
        const auto result = call(timeout);
        if (result < 0 && errno == EINTR) {
            rest = to_timespec(left.ns());
            timeout = &rest;
        }
        return result;
    });
}

/// Likewise for milliseconds, of which a negative number is for ever.
template <typename Call>
auto go_on_within_ms(int duration_ms, Call call) {
    if (duration_ms <= 0 || own_state() == nullptr) return go_on([&] { return call(duration_ms); });
    const TimeLeft left(duration_ms * kNsPerMs);
    int timeout = duration_ms;
    return go_on([&] {
        const auto result = call(timeout);
        // Rounded up: a call must not end before its time.
        if (result < 0 && errno == EINTR) timeout = static_cast<int>((left.ns() + kNsPerMs - 1) / kNsPerMs);
        return result;
    });
}

}  // namespace ftscale::probe
