// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What all interposed functions are made of: a call, and records around it that its caller cannot notice.
#pragma once

#include <utility>

#include "events.h"
#include "interposed.h"

namespace ftscale::probe {

/// The error of a finished call, 0 when it succeeded. `error` is errno as the call has left it.
template <Reports kHow, typename Result>
int error_of(Result result, int error) {
    if constexpr (kHow == Reports::Code) return static_cast<int>(result);
    if constexpr (kHow == Reports::Errno) return result < 0 ? error : 0;
    return 0;
}

/// Whether such a wait ends when a handler has run: these ask first, see take_ended_beforehand.
inline bool signals_end(format::WaitKind kind) {
    return kind == format::WaitKind::SemWait || kind == format::WaitKind::SemTimedWait ||
           kind == format::WaitKind::Futex || format::is_sleep(kind);
}

/// A handler has left the wait that this thread was in, by longjmp: it is over.
inline void close_abandoned_wait(ThreadState& state, std::uintptr_t sp_now) {
    if (state.wait_depth == 0 || !is_frame_gone(state, state.wait_sp, sp_now)) return;
    state.wait_depth = 0;
    const Recording recording(state);
    write_wait_end(state, EINTR, false, now_ns());
}

/// Records a call that will block: `call` runs between a WaitBegin and a WaitEnd. The stack is taken before blocking,
/// when nobody can be waiting for this thread yet; behind the call there is one small record. `handed_off` is asked
/// after the call. errno is as it was before the call runs, and as the call has left it at the end.
template <Reports kHow, typename Call, typename HandedOff>
auto record_wait(ThreadState& state, format::WaitKind kind, const WaitTarget& target, const Cursor& caller, Call call,
                 HandedOff handed_off) {
    Errno error;
    const auto sp = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    close_abandoned_wait(state, sp);
    if (state.wait_depth != 0) {
        state.drop(format::DropReason::NestingTooDeep);
        error.restore();
        const auto result = call();
        error.keep();
        return result;
    }
    state.wait_sp = sp;
    state.wait_depth = 1;
    const std::uint32_t ended_before = state.ending_signals;
    const std::uint64_t begin_ns = now_ns();
    const bool has_begin = keeps_event(state.left_out, begin_ns);
    {
        const Recording recording(state);
        close_spin(state);
        if (has_begin) write_wait_begin(state, kind, target, caller, begin_ns);
    }
    error.restore();
    state.is_ended_beforehand = signals_end(kind) && state.ending_signals != ended_before;
    const auto result = call();
    error.keep();
    state.is_ended_beforehand = false;
    {
        const Recording recording(state);
        const std::uint64_t end_ns = now_ns();
        const bool late = !has_begin && keeps_past_event(begin_ns, end_ns);
        if (late) write_wait_begin(state, kind, target, caller, begin_ns);
        if (has_begin || late) write_wait_end(state, error_of<kHow>(result, error.value()), handed_off(), end_ns);
        state.waited_ns += end_ns - begin_ns;
    }
    state.wait_depth = 0;
    return result;
}

template <Reports kHow, typename Call>
auto record_wait(ThreadState& state, format::WaitKind kind, const WaitTarget& target, const Cursor& caller, Call call) {
    return record_wait<kHow>(state, kind, target, caller, std::move(call), [] { return false; });
}

/// Likewise, of something at `address`.
template <Reports kHow, typename Call>
auto wait_on(const void* address, format::WaitKind kind, const Cursor& caller, Call call) {
    ThreadState* state = recordable();
    if (state == nullptr) return call();
    WaitTarget target;
    target.address = reinterpret_cast<std::uintptr_t>(address);
    return record_wait<kHow>(*state, kind, target, caller, std::move(call));
}

/// Records that this thread has just ended a wait of others.
inline void record_wake(ThreadState& state, const format::Wake& wake, const Cursor& caller, std::uint64_t time_ns) {
    const Errno error;
    const Recording recording(state);
    const std::uint64_t begin_ns = now_ns();
    close_spin(state);
    if (keeps_event(state.left_out, time_ns)) write_wake(state, wake, caller, time_ns);
    add_cost(state, begin_ns);
}

/// Runs `release`, which lets `count` waiters of `address` go, and records it when there were any. `flags`:
/// format::WakeFlag.
template <typename Release>
auto release_and_record(const void* address, format::WaitKind kind, std::uint32_t count, const Cursor& caller,
                        Release release, std::uint16_t flags = 0) {
    ThreadState* state = count != 0 ? recordable() : nullptr;
    if (state == nullptr) return release();
    const format::Wake wake{static_cast<std::uint16_t>(kind), flags, count, reinterpret_cast<std::uint64_t>(address),
                            0};
    const std::uint64_t time_ns = now_ns();
    const auto result = release();
    record_wake(*state, wake, caller, time_ns);
    return result;
}

/// Below this a call is taken for work: it is about what two context switches cost.
inline constexpr std::uint64_t kBlockedNs = 20'000;

/// Whether a call blocks is known only afterwards: it is timed, and recorded when it took long enough to have left the
/// CPU. `descriptor` is what it waited for.
template <Reports kHow, typename Call>
auto timed(format::WaitKind kind, long descriptor, const Cursor& caller, Call call) {
    ThreadState* state = recordable();
    if (state == nullptr || state->wait_depth != 0) return call();
    const std::uint64_t begin_ns = now_ns();
    const auto result = call();
    const std::uint64_t end_ns = now_ns();
    if (end_ns - begin_ns < kBlockedNs || own_state() == nullptr) return result;
    const Errno error;
    const Recording recording(*state);
    close_spin(*state);
    WaitTarget target;
    target.address = static_cast<std::uintptr_t>(descriptor);
    if (keeps_past_event(begin_ns, end_ns) || keeps_event(state->left_out, begin_ns)) {
        write_wait_begin(*state, kind, target, caller, begin_ns);
        write_wait_end(*state, error_of<kHow>(result, error.value()), false, end_ns);
    }
    state->waited_ns += end_ns - begin_ns;
    add_cost(*state, end_ns);
    return result;
}

}  // namespace ftscale::probe
