// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The spinning phase of CPython's locks: up to 40 calls of sched_yield before a thread parks. A run of calls from one
// place is one interval. Nothing tells the end of a run when it comes, so it is closed by the thread's next record.
#include "real.h"
#include "wait_scope.h"

namespace ftscale::probe {
namespace {

/// Between two yields of one run there are a few instructions; between two runs at least a lock's release and the next
/// attempt.
constexpr std::uint64_t kSameRunNs = 2'000;

/// Whether to record a run whose begin was left out.
bool keeps_late(const OpenSpin& spin) {
    return g_budget.leaves_out() && keeps_past_event(spin.begin_ns, spin.last_end_ns);
}

}  // namespace
}  // namespace ftscale::probe

/// Called by the assembly stub of sched_yield with the registers its caller expects to keep.
extern "C" __attribute__((visibility("hidden"))) int ftscale_sched_yield(const std::uint64_t* saved_registers,
                                                                         std::uintptr_t caller_sp,
                                                                         std::uintptr_t caller_pc) {
    using namespace ftscale::probe;
    ThreadState* state = recordable();
    if (state == nullptr) return real().sched_yield();
    OpenSpin& spin = state->spin;
    const Cursor cursor{caller_pc, caller_sp, saved_registers[kSavedFp], false};
    const std::uint64_t begin_ns = now_ns();
    if (!spin.going_on || spin.caller != caller_pc || spin.sp != caller_sp ||
        begin_ns - spin.last_end_ns > kSameRunNs) {
        const Recording recording(*state);
        close_spin(*state);
        if (keeps_event(state->left_out, begin_ns)) write_spin_begin(*state, saved_registers, cursor, begin_ns);
        spin.going_on = true;
        spin.begin_ns = begin_ns;
        spin.caller = caller_pc;
        spin.sp = caller_sp;
        spin.yields = 0;
    }
    const int result = real().sched_yield();
    spin.last_end_ns = now_ns();
    ++spin.yields;
    if (!spin.open && keeps_late(spin)) {
        const Recording recording(*state);
        write_spin_begin(*state, saved_registers, cursor, spin.begin_ns);
    }
    return result;
}
