// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/child_executor.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <fstream>
#include <map>
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

bool died_of_interrupt(const Execution& execution) {
    return execution.outcome == RunOutcome::Signalled && execution.signal == SIGINT;
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

/// The steps by which children are brought to their end, and how each of them came to it.
class ChildExecutor::Supervision {
  public:
    explicit Supervision(std::chrono::nanoseconds timeout) {
        if (timeout.count() > 0) deadline_ = Clock::now() + timeout;
    }

    void add(pid_t child, Execution& execution) { running_.emplace(child, &execution); }
    bool has_running() const { return !running_.empty(); }

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

    /// Collects children that have ended, and on the way orphans that became ours.
    void reap() {
        for (;;) {
            int status = 0;
            rusage usage{};
            const pid_t pid = wait4(-1, &status, WNOHANG, &usage);
            if (pid < 0 && errno == EINTR) continue;
            if (pid < 0) running_.clear();  // we have no children: somebody else has reaped ours
            if (pid <= 0) return;
            const auto ended = running_.find(pid);
            if (ended == running_.end()) continue;
            note_end(*ended->second, status, usage);
            running_.erase(ended);
        }
    }

    /// Whether they came to their end by us or by the user, not by themselves.
    bool were_called_off() const { return outcome_.has_value(); }

  private:
    void note_end(Execution& execution, int status, const rusage& usage) const {
        execution.ended_ns = now_ns();
        execution.user_s = seconds(usage.ru_utime);
        execution.system_s = seconds(usage.ru_stime);
        execution.outcome = outcome_.value_or(WIFSIGNALED(status) ? RunOutcome::Signalled : RunOutcome::Exited);
        execution.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        execution.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }

    void ask(int signal) {
        for (const auto& [child, execution] : running_) kill(child, signal);
        is_asked_to_terminate_ = is_asked_to_terminate_ || signal != SIGINT;
        deadline_ = signal == SIGKILL ? kNever : Clock::now() + kGrace;
    }

    static constexpr Clock::time_point kNever = Clock::time_point::max();

    std::map<pid_t, Execution*> running_;  // not reaped yet: none of the numbers can mean another process
    Clock::time_point deadline_ = kNever;  // of the next step
    std::optional<RunOutcome> outcome_;    // why they are brought to their end
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

std::vector<Execution> ChildExecutor::execute_together(const std::vector<Command>& commands) {
    const std::vector<pid_t> before = our_children();
    std::vector<Execution> executions(commands.size());
    std::deque<SuspendedProcess> processes;
    for (const Command& command : commands) processes.emplace_back(command, watch_);
    Supervision children(commands.front().timeout);
    for (std::size_t i = 0; i < commands.size(); ++i) {
        children.add(processes[i].pid(), executions[i]);
        executions[i].started_ns = now_ns();
        processes[i].release();
    }
    for (std::size_t i = 0; i < commands.size(); ++i) executions[i].start_error = processes[i].start_error();
    await(children);
    if (!children.were_called_off()) notice_late_interrupt(executions);
    for (Execution& execution : executions) {
        if (is_interrupted_ && died_of_interrupt(execution)) execution.outcome = RunOutcome::Interrupted;
        if (!execution.start_error.empty()) execution.outcome = RunOutcome::FailedToStart;
    }
    if (children.were_called_off() || is_interrupted_) kill_leftovers(before);
    return executions;
}

void ChildExecutor::await(Supervision& children) {
    for (children.reap(); children.has_running(); children.reap()) {
        const auto notice = watch_.wait(children.patience());
        if (notice && notice->event == SignalWatch::Event::Interrupted) {
            is_interrupted_ = true;
            children.interrupt(*notice);
        }
        children.step_if_due();
    }
}

/// The terminal's Ctrl-C may have ended the children before its signal reached us.
void ChildExecutor::notice_late_interrupt(std::vector<Execution>& executions) {
    using std::chrono::milliseconds;
    const bool is_likely = std::any_of(executions.begin(), executions.end(), died_of_interrupt);
    const auto patience = is_likely ? milliseconds(100) : milliseconds(0);
    while (const auto notice = watch_.wait(patience)) {
        if (notice->event != SignalWatch::Event::Interrupted) continue;
        is_interrupted_ = true;
        for (Execution& execution : executions) execution.outcome = RunOutcome::Interrupted;
        return;
    }
}

}  // namespace ftscale::launch
