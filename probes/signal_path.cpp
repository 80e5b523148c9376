// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "signal_path.h"

#include <cstring>

#include "events.h"
#include "globals.h"
#include "raw_syscall.h"
#include "real.h"
#include "script_signals.h"

namespace ftscale::probe {
namespace {

/// A spin that ended this long ago will not go on.
constexpr std::uint64_t kSpinOverNs = 100'000;

bool is_ours(const siginfo_t* info) { return info->si_code == SI_TIMER || info->si_code > 0; }

/// What the signal does to a process that has made no other arrangements.
[[noreturn]] void die_of(int signal) {
    struct sigaction fatal = {};
    fatal.sa_handler = SIG_DFL;
    g_real.sigaction(signal, &fatal, nullptr);
    const std::uint64_t set = std::uint64_t{1} << (signal - 1);  // as the kernel has it
    raw_syscall(SYS_tgkill, g_pid, raw_syscall(SYS_gettid), signal);
    raw_syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, as_argument(&set), 0, sizeof(set));
    __builtin_unreachable();
}

/// Somebody sent the signal we use, meaning the script: do what it asked for.
void pass_on(ThreadState* state, int signal, siginfo_t* info, void* context) {
    const struct sigaction action = g_script_action;
    if (action.sa_handler == SIG_IGN) return;
    if (state != nullptr && state->mask_has_signal) {
        state->held_signal = *info;
        state->holds_signal = true;
        return;
    }
    if (action.sa_handler == SIG_DFL) die_of(signal);
    if (state != nullptr) state->script_signals = state->script_signals + 1;
    action.sa_sigaction(signal, info, context);  // a handler of the older form ignores the further arguments
}

void take_sample(ThreadState& state, const ucontext_t& context) {
    const std::uint64_t begin_ns = now_ns();
    if (state.spin.open && begin_ns - state.spin.last_end_ns > kSpinOverNs) close_spin(state);
    if (keeps_sample(state.left_out, state.ordinal))
        write_sample(state, context, begin_ns);
    else
        leave_out_sample(state);
    add_cost(state, begin_ns);
}

/// What script_signals.h asks about.
void note_interruption(ThreadState& state, const ucontext_t& context) {
    state.own_signals = state.own_signals + 1;
    if (state.tid != static_cast<std::uint32_t>(g_pid)) return;
    std::uint64_t mask = 0;
    std::memcpy(&mask, &context.uc_sigmask, sizeof(mask));
    __atomic_store_n(&g_leader_mask, mask, __ATOMIC_RELAXED);
}

}  // namespace

void on_sample_signal(int signal, siginfo_t* info, void* context) {
    const Errno keep;
    ThreadState* state = own_state();
    if (!is_ours(info)) return pass_on(state, signal, info, context);
    if (state == nullptr) return;
    const auto& interrupted = *static_cast<const ucontext_t*>(context);
    note_interruption(*state, interrupted);
    if (script_is_over()) return;  // nothing is measured any more
    if (is_busy(*state, cursor_of(interrupted).sp)) return state->drop(format::DropReason::Busy);
    state->busy_sp = 0;  // on a stack that may be another: never taken for one that is gone
    state->busy = 1;
    take_sample(*state, interrupted);
    state->busy = 0;
}

}  // namespace ftscale::probe
