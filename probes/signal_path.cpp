// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "signal_path.h"

#include <cerrno>

#include "events.h"

namespace ftscale::probe {
namespace {

/// A spin that ended this long ago will not go on.
constexpr std::uint64_t kSpinOverNs = 100'000;
/// Totals are written now and then, so that a killed process has some.
constexpr std::uint64_t kSamplesPerStat = 512;

bool is_ours(const siginfo_t* info) { return info->si_code == SI_TIMER || info->si_code > 0; }

/// Somebody sent the signal we use, meaning the script: do what it asked for.
void pass_on(int signal, siginfo_t* info, void* context) {
    const struct sigaction action = g_script_action;
    if ((action.sa_flags & SA_SIGINFO) != 0) return action.sa_sigaction(signal, info, context);
    if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) action.sa_handler(signal);
}

void take_sample(ThreadState& state, const ucontext_t& context) {
    const std::uint64_t begin_ns = now_ns();
    if (state.spin.open && begin_ns - state.spin.last_end_ns > kSpinOverNs) close_spin(state);
    if (keeps_sample(state.left_out, state.ordinal)) {
        write_sample(state, context, begin_ns);
        if (state.samples % kSamplesPerStat == 0) write_thread_stat(state);
    } else {
        leave_out_sample(state);
    }
    add_cost(state, begin_ns);
}

}  // namespace

void on_sample_signal(int signal, siginfo_t* info, void* context) {
    const int saved_errno = errno;
    ThreadState* state = t_state;
    if (!is_ours(info)) {
        pass_on(signal, info, context);
    } else if (state != nullptr && state->busy != 0) {
        state->drop(format::DropReason::Busy);
    } else if (state != nullptr) {
        state->busy = 1;
        take_sample(*state, *static_cast<const ucontext_t*>(context));
        state->busy = 0;
    }
    errno = saved_errno;
}

}  // namespace ftscale::probe
