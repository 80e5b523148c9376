// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <utility>

#include "events.h"

namespace ftscale::probe {

/// Records a call that will block: `call` runs between a WaitBegin and a WaitEnd. The stack is taken before blocking,
/// when nobody can be waiting for this thread yet; behind the call there is one small record. `handed_off` is asked
/// after the call.
template <typename Call, typename HandedOff>
auto record_wait(ThreadState& state, format::WaitKind kind, const WaitTarget& target, const Cursor& caller, Call call,
                 HandedOff handed_off) {
    if (state.wait_depth != 0) {
        state.drop(format::DropReason::NestingTooDeep);
        return call();
    }
    ++state.wait_depth;
    const std::uint64_t begin_ns = now_ns();
    const bool has_begin = keeps_event(state.left_out, begin_ns);
    {
        const Recording recording(state);
        close_spin(state);
        if (has_begin) write_wait_begin(state, kind, target, caller, begin_ns);
    }
    const auto result = call();
    const int saved_errno = errno;
    {
        const Recording recording(state);
        const std::uint64_t end_ns = now_ns();
        const bool late = !has_begin && keeps_past_event(begin_ns, end_ns);
        if (late) write_wait_begin(state, kind, target, caller, begin_ns);
        if (has_begin || late) write_wait_end(state, result != 0 ? saved_errno : 0, handed_off(), end_ns);
        state.waited_ns += end_ns - begin_ns;
    }
    --state.wait_depth;
    errno = saved_errno;
    return result;
}

template <typename Call>
auto record_wait(ThreadState& state, format::WaitKind kind, const WaitTarget& target, const Cursor& caller, Call call) {
    return record_wait(state, kind, target, caller, std::move(call), [] { return false; });
}

/// Records that this thread has just ended a wait of others.
inline void record_wake(ThreadState& state, const format::Wake& wake, const Cursor& caller, std::uint64_t time_ns) {
    const int saved_errno = errno;
    const Recording recording(state);
    const std::uint64_t begin_ns = now_ns();
    close_spin(state);
    if (keeps_event(state.left_out, time_ns)) write_wake(state, wake, caller, time_ns);
    add_cost(state, begin_ns);
    errno = saved_errno;
}

}  // namespace ftscale::probe
