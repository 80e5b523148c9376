// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/child_executor.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>

#include "launch/suspended_process.h"

namespace ftscale::launch {
namespace {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC, the recording's clock
using recording::RunOutcome;

std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(Clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

/// Children of ours, ascending. Empty on kernels built without this file.
std::vector<pid_t> our_children() {
    std::vector<pid_t> children;
    std::ifstream file("/proc/self/task/" + std::to_string(getpid()) + "/children");
    for (pid_t pid = 0; file >> pid;) children.push_back(pid);
    std::sort(children.begin(), children.end());
    return children;
}

/// Ends all processes that have become our children since `before` was taken. Orphans become ours because we are their
/// subreaper, so each process killed hands us its own children until none is left; not reaped yet, none of the numbers
/// can mean another process.
void kill_leftovers(const std::vector<pid_t>& before) {
    for (;;) {
        std::vector<pid_t> leftovers;
        const std::vector<pid_t> now = our_children();
        std::set_difference(now.begin(), now.end(), before.begin(), before.end(), std::back_inserter(leftovers));
        if (leftovers.empty()) return;
        for (const pid_t pid : leftovers) {
            kill(pid, SIGKILL);
            if (waitpid(pid, nullptr, 0) < 0 && errno != EINTR) return;
        }
    }
}

}  // namespace

/// The steps by which one child is brought to its end.
class ChildExecutor::Supervision {
  public:
    Supervision(pid_t child, std::chrono::nanoseconds timeout) : child_(child) {
        if (timeout.count() > 0) deadline_ = Clock::now() + timeout;
    }

    /// Until the next step is due; negative: none is.
    std::chrono::nanoseconds patience() const {
        if (deadline_ == kNever) return std::chrono::nanoseconds(-1);
        return std::max<std::chrono::nanoseconds>(deadline_ - Clock::now(), std::chrono::nanoseconds(0));
    }

    void step_if_due() {
        if (Clock::now() < deadline_) return;
        if (!outcome_) outcome_ = RunOutcome::TimedOut;
        ask(is_asked_to_terminate_ ? SIGKILL : SIGTERM);
    }

    void interrupt(const SignalWatch::Notice& notice) {
        const bool is_first = !outcome_;
        if (is_first) outcome_ = RunOutcome::Interrupted;
        if (is_first && notice.reached_child) {
            deadline_ = Clock::now() + kGrace;
        } else {
            ask(is_first ? notice.signal : SIGKILL);
        }
    }

    /// Why it was brought to its end; nothing when it ended by itself.
    std::optional<RunOutcome> outcome() const { return outcome_; }

  private:
    void ask(int signal) {
        kill(child_, signal);
        is_asked_to_terminate_ = is_asked_to_terminate_ || signal != SIGINT;
        deadline_ = signal == SIGKILL ? kNever : Clock::now() + kGrace;
    }

    static constexpr Clock::time_point kNever = Clock::time_point::max();

    pid_t child_;
    Clock::time_point deadline_ = kNever;  // of the next step
    std::optional<RunOutcome> outcome_;
    bool is_asked_to_terminate_ = false;
};

ChildExecutor::ChildExecutor() { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

ChildExecutor::~ChildExecutor() { prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); }

bool ChildExecutor::is_interrupted() {
    while (const auto notice = watch_.wait(std::chrono::nanoseconds(0))) {
        is_interrupted_ = is_interrupted_ || notice->event == SignalWatch::Event::Interrupted;
    }
    return is_interrupted_;
}

Execution ChildExecutor::execute(const Command& command) {
    const std::vector<pid_t> before = our_children();
    Execution execution;
    SuspendedProcess process(command, watch_);
    execution.started_ns = now_ns();
    execution.start_error = process.release();
    await(process.pid(), command.timeout, execution);
    if (!execution.start_error.empty()) execution.outcome = RunOutcome::FailedToStart;
    const bool was_ended = execution.outcome == RunOutcome::TimedOut || execution.outcome == RunOutcome::Interrupted;
    if (was_ended) kill_leftovers(before);
    return execution;
}

void ChildExecutor::await(pid_t child, std::chrono::nanoseconds timeout, Execution& execution) {
    Supervision supervision(child, timeout);
    while (!reap(child, execution)) {
        const auto notice = watch_.wait(supervision.patience());
        if (notice && notice->event == SignalWatch::Event::Interrupted) {
            is_interrupted_ = true;
            supervision.interrupt(*notice);
        }
        supervision.step_if_due();
    }
    if (const auto outcome = supervision.outcome()) {
        execution.outcome = *outcome;
    } else {
        notice_late_interrupt(execution);
    }
}

/// Collects the child, and on the way orphans that became ours. False while the child runs.
bool ChildExecutor::reap(pid_t child, Execution& execution) {
    for (;;) {
        int status = 0;
        rusage usage{};
        const pid_t pid = wait4(-1, &status, WNOHANG, &usage);
        if (pid < 0 && errno == EINTR) continue;
        if (pid == 0) return false;
        if (pid > 0 && pid != child) continue;
        execution.ended_ns = now_ns();
        execution.user_s = seconds(usage.ru_utime);
        execution.system_s = seconds(usage.ru_stime);
        execution.outcome = WIFSIGNALED(status) ? RunOutcome::Signalled : RunOutcome::Exited;
        execution.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        execution.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        return true;
    }
}

/// The terminal's Ctrl-C may have ended the child before its signal reached us.
void ChildExecutor::notice_late_interrupt(Execution& execution) {
    using std::chrono::milliseconds;
    const bool died_of_interrupt = execution.outcome == RunOutcome::Signalled && execution.signal == SIGINT;
    const auto patience = died_of_interrupt ? milliseconds(100) : milliseconds(0);
    while (const auto notice = watch_.wait(patience)) {
        if (notice->event != SignalWatch::Event::Interrupted) continue;
        is_interrupted_ = true;
        execution.outcome = RunOutcome::Interrupted;
        return;
    }
}

}  // namespace ftscale::launch
