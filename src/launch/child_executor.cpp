// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/child_executor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <map>
#include <optional>

#include "base/log.h"
#include "launch/cpu_use.h"
#include "launch/leftovers.h"
#include "launch/suspended_process.h"
#include "launch/topology.h"

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

/// How long the machine slept until now: the one clock stands still meanwhile.
std::uint64_t slept_ns() {
    const auto read_ns = [](clockid_t clock) {
        timespec time{};
        clock_gettime(clock, &time);
        return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
    };
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, read_ns(CLOCK_BOOTTIME) - read_ns(CLOCK_MONOTONIC)));
}

// Between reading the one clock and the other.
constexpr std::uint64_t kShortestSleepNs = 1'000'000;

double cpu_s(const Execution& execution) { return execution.user_s + execution.system_s; }

double own_cpu_s() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

bool died_of_interrupt(const Execution& execution) {
    return execution.outcome == RunOutcome::Signalled && execution.signal == SIGINT;
}

void end_leftovers(const std::vector<pid_t>& before) {
    const auto left = kill_leftovers(before, ChildExecutor::kGrace);
    if (left.empty()) return;
    base::log(base::LogLevel::Warn, fmt::format("{} of what the script started cannot be ended (process {})",
                                                left.size(), fmt::join(left, ", ")));
}

/// Commands that have CPUs of their own are told apart. `beside_s`: CPU time that is no child's, and no other
/// program's either.
void note_other_load(const CpuWatch& watch, const std::vector<Command>& commands, double beside_s,
                     std::vector<Execution>& executions) {
    double all_s = beside_s;
    for (const Execution& execution : executions) all_s += cpu_s(execution);
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const bool is_apart = commands.size() > 1 && !commands[i].cpus.empty();
        const std::vector<int>& cpus = commands[i].cpus.empty() ? usable_cpus() : commands[i].cpus;
        executions[i].other_load = watch.others_on(cpus, is_apart ? cpu_s(executions[i]) : all_s);
    }
}

}  // namespace

/// The steps by which children are brought to their end, and how each of them came to it.
class ChildExecutor::Supervision {
  public:
    explicit Supervision(std::chrono::nanoseconds timeout) {
        if (timeout.count() > 0) deadline_ = Clock::now() + timeout;
    }

    void add(pid_t child, Execution& execution) { running_.emplace(child, Supervised{&execution}); }
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

    /// Collects what has become of children, and on the way orphans that became ours.
    void reap() {
        for (;;) {
            int status = 0;
            rusage usage{};
            const pid_t pid = wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage);
            if (pid < 0 && errno == EINTR) continue;
            if (pid < 0) give_up();
            if (pid <= 0) return;
            const auto child = running_.find(pid);
            if (child == running_.end()) {
                orphans_cpu_s_ += seconds(usage.ru_utime) + seconds(usage.ru_stime);
                continue;
            }
            if (WIFSTOPPED(status)) {
                child->second.note_stop();
            } else if (WIFCONTINUED(status)) {
                child->second.note_continuation();
            } else {
                note_end(child->second, status, usage);
                running_.erase(child);
            }
        }
    }

    /// We are about to be stopped, and our children most likely, too: when they are, nobody is there to see it.
    void expect_stop() {
        for (auto& [pid, child] : running_) child.expect_stop();
    }

    /// Whether they came to their end by us or by the user, not by themselves.
    bool were_called_off() const { return outcome_.has_value(); }

    /// CPU time of processes that the children left to us, and that have ended.
    double orphans_cpu_s() const { return orphans_cpu_s_; }

  private:
    /// A child, and since when it has been stopped.
    struct Supervised {
        Execution* execution = nullptr;
        std::uint64_t stopped_at_ns = 0;
        bool is_stopped = false;  // false: it is only expected to be

        void expect_stop() {
            if (!is_stopped) stopped_at_ns = now_ns();
        }
        void note_stop() {
            stopped_at_ns = now_ns();
            is_stopped = true;
        }
        /// When it was stopped is not known where all that happened before we could look.
        void note_continuation() {
            ++execution->stops;
            if (stopped_at_ns != 0) execution->stopped_ns += now_ns() - stopped_at_ns;
            stopped_at_ns = 0;
            is_stopped = false;
        }
    };

    void note_end(Supervised& child, int status, const rusage& usage) const {
        if (child.is_stopped) child.note_continuation();
        Execution& execution = *child.execution;
        execution.ended_ns = now_ns();
        execution.user_s = seconds(usage.ru_utime);
        execution.system_s = seconds(usage.ru_stime);
        execution.outcome = outcome_.value_or(WIFSIGNALED(status) ? RunOutcome::Signalled : RunOutcome::Exited);
        execution.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        execution.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }

    /// We have no children: somebody else has collected ours.
    void give_up() {
        for (auto& [pid, child] : running_) {
            child.execution->ended_ns = now_ns();
            child.execution->outcome = RunOutcome::Lost;
        }
        running_.clear();
    }

    void ask(int signal) {
        for (const auto& [pid, child] : running_) kill(pid, signal);
        is_asked_to_terminate_ = is_asked_to_terminate_ || signal != SIGINT;
        deadline_ = signal == SIGKILL ? kNever : Clock::now() + kGrace;
    }

    static constexpr Clock::time_point kNever = Clock::time_point::max();

    std::map<pid_t, Supervised> running_;  // not reaped yet: none of the numbers can mean another process
    Clock::time_point deadline_ = kNever;  // of the next step
    std::optional<RunOutcome> outcome_;    // why they are brought to their end
    bool is_asked_to_terminate_ = false;
    double orphans_cpu_s_ = 0;
};

ChildExecutor::ChildExecutor() { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

ChildExecutor::~ChildExecutor() { prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); }

bool ChildExecutor::is_interrupted() {
    while (const auto notice = watch_.wait(std::chrono::nanoseconds(0))) {
        is_interrupted_ = is_interrupted_ || notice->event == SignalWatch::Event::Interrupted;
        if (notice->event == SignalWatch::Event::StopAsked) watch_.stop_as_asked(notice->signal);
    }
    return is_interrupted_;
}

std::vector<Execution> ChildExecutor::execute_together(const std::vector<Command>& commands) {
    const std::vector<pid_t> before = our_children();
    const LeftoverWatch leftovers;
    CpuWatch cpus;
    const double own_before_s = own_cpu_s();
    const std::uint64_t slept_before_ns = slept_ns();
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
    const double beside_s = children.orphans_cpu_s() + leftovers.newcomers_cpu_s() + own_cpu_s() - own_before_s;
    cpus.stop();
    note_other_load(cpus, commands, beside_s, executions);
    const std::uint64_t slept_for_ns = std::max(slept_ns(), slept_before_ns) - slept_before_ns;
    for (Execution& execution : executions) {
        execution.leftovers = leftovers.find_busy();
        if (slept_for_ns >= kShortestSleepNs) execution.suspended_ns = slept_for_ns;
    }
    if (!children.were_called_off()) notice_late_interrupt(executions);
    for (Execution& execution : executions) {
        if (is_interrupted_ && died_of_interrupt(execution)) execution.outcome = RunOutcome::Interrupted;
        if (!execution.start_error.empty()) execution.outcome = RunOutcome::FailedToStart;
    }
    if (children.were_called_off() || is_interrupted_) end_leftovers(before);
    return executions;
}

void ChildExecutor::await(Supervision& children) {
    for (children.reap(); children.has_running(); children.reap()) {
        const auto notice = watch_.wait(children.patience());
        if (notice && notice->event == SignalWatch::Event::Interrupted) {
            is_interrupted_ = true;
            children.interrupt(*notice);
        }
        if (notice && notice->event == SignalWatch::Event::StopAsked) {
            children.expect_stop();
            watch_.stop_as_asked(notice->signal);
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
        if (notice->event == SignalWatch::Event::StopAsked) watch_.stop_as_asked(notice->signal);
        if (notice->event != SignalWatch::Event::Interrupted) continue;
        is_interrupted_ = true;
        for (Execution& execution : executions) execution.outcome = RunOutcome::Interrupted;
        return;
    }
}

}  // namespace ftscale::launch
