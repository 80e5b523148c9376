// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Real processes; /bin/sh stands in for the interpreter.
#include "launch/child_executor.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch/system_file.h"
#include "launch/topology.h"
#include "launch/variables.h"
#include "support/catch.h"
#include "unit/launch/temporary_folder.h"

namespace ftscale::launch {
namespace {

using recording::RunOutcome;

Command shell(const std::string& script) {
    Command command;
    command.arguments = {"/bin/sh", "-c", script};
    command.environment = Variables::of_this_process().to_strings();
    return command;
}

bool is_alive(pid_t pid) { return kill(pid, 0) == 0; }

pid_t read_pid(const std::filesystem::path& file) {
    std::ifstream stream(file);
    pid_t pid = 0;
    stream >> pid;
    return pid;
}

/// Sends this process a signal as soon as `file` exists: the child has then come as far as the test wants it.
class SignalWhenReady {
  public:
    SignalWhenReady(const std::filesystem::path& file, int signal) {
        const pid_t parent = getpid();
        helper_ = fork();
        if (helper_ != 0) return;
        while (access(file.c_str(), F_OK) != 0) usleep(1000);
        kill(parent, signal);
        _exit(0);
    }
    ~SignalWhenReady() {
        // The executor may have reaped it already, as it does with any orphan.
        kill(helper_, SIGKILL);
        waitpid(helper_, nullptr, 0);
    }
    SignalWhenReady(const SignalWhenReady&) = delete;
    SignalWhenReady& operator=(const SignalWhenReady&) = delete;

  private:
    pid_t helper_ = -1;
};

TEST_CASE("a child's exit status, times and CPU time are reported") {
    ChildExecutor executor;
    const Execution execution = executor.execute(shell("exit 7"));
    CHECK(execution.outcome == RunOutcome::Exited);
    CHECK(execution.exit_code == 7);
    CHECK(execution.started_ns > 0);
    CHECK(execution.ended_ns > execution.started_ns);
    CHECK(execution.user_s + execution.system_s >= 0);
    CHECK(execution.start_error.empty());
    CHECK(executor.execute(shell("exit 0")).exit_code == 0);
}

TEST_CASE("a child's signal is reported") {
    ChildExecutor executor;
    const Execution execution = executor.execute(shell("kill -9 $$"));
    CHECK(execution.outcome == RunOutcome::Signalled);
    CHECK(execution.signal == SIGKILL);
}

TEST_CASE("a program that cannot be executed is a failed start with the reason") {
    ChildExecutor executor;
    Command command = shell("");
    command.arguments[0] = "/nowhere/python";
    const Execution execution = executor.execute(command);
    CHECK(execution.outcome == RunOutcome::FailedToStart);
    CHECK(execution.start_error == "cannot execute '/nowhere/python': No such file or directory");
}

TEST_CASE("the child gets exactly the environment it is given") {
    ChildExecutor executor;
    Command command = shell("test \"$A\" = 'b c' && test -z \"$HOME\"");
    command.environment = {"A=b c"};
    CHECK(executor.execute(command).exit_code == 0);
}

TEST_CASE("the child runs on the CPUs it is given") {
    ChildExecutor executor;
    const int last = usable_cpus().back();
    Command command = shell("test \"$(grep Cpus_allowed_list /proc/self/status | cut -f2)\" = " + std::to_string(last));
    command.cpus = {last};
    CHECK(executor.execute(command).exit_code == 0);
    command.cpus = {100000};
    const Execution refused = executor.execute(command);
    CHECK(refused.outcome == RunOutcome::FailedToStart);
    CHECK_THAT(refused.start_error, ContainsSubstring("cannot pin"));
}

TEST_CASE("the child has no signal blocked and none of our descriptors") {
    ChildExecutor executor;
    CHECK(executor.execute(shell("test \"$(grep SigBlk /proc/self/status | cut -f2)\" = 0000000000000000")).exit_code ==
          0);
    CHECK(executor
              .execute(shell("test -z \"$(ls -l /proc/self/fd | grep -E 'signalfd|pipe:' | grep -v ' [012] ->' | "
                             "grep -v '1 -> pipe')\""))
              .exit_code == 0);
}

TEST_CASE("a child that takes too long is terminated") {
    ChildExecutor executor;
    Command command = shell("exec sleep 1000");
    command.timeout = std::chrono::milliseconds(50);
    const Execution execution = executor.execute(command);
    CHECK(execution.outcome == RunOutcome::TimedOut);
    CHECK(execution.signal == SIGTERM);
    CHECK_FALSE(executor.is_interrupted());
}

TEST_CASE("a child that will not be terminated is killed, and so is what it leaves behind") {
    TemporaryFolder folder;
    const auto file = folder.path() / "pid";
    ChildExecutor executor;
    Command command = shell("trap '' TERM; sleep 1000 & echo $! > " + file.string() + "; while :; do sleep 1; done");
    command.timeout = std::chrono::milliseconds(200);
    const Execution execution = executor.execute(command);
    CHECK(execution.outcome == RunOutcome::TimedOut);
    CHECK(execution.signal == SIGKILL);
    CHECK_FALSE(is_alive(read_pid(file)));
}

TEST_CASE("what a child leaves behind at an ordinary end is left alone") {
    TemporaryFolder folder;
    const auto file = folder.path() / "pid";
    ChildExecutor executor;
    CHECK(executor.execute(shell("sleep 1000 & echo $! > " + file.string())).exit_code == 0);
    const pid_t left = read_pid(file);
    CHECK(is_alive(left));
    kill(left, SIGKILL);
    waitpid(left, nullptr, 0);
}

TEST_CASE("an interrupt reaches the child and ends the run") {
    for (const int signal : {SIGINT, SIGTERM}) {
        TemporaryFolder folder;
        const auto ready = folder.path() / "ready";
        ChildExecutor executor;
        const SignalWhenReady sender(ready, signal);
        const Execution execution = executor.execute(shell("echo > " + ready.string() + "; exec sleep 1000"));
        CHECK(execution.outcome == RunOutcome::Interrupted);
        CHECK(execution.signal == signal);
        CHECK(executor.is_interrupted());
    }
}

TEST_CASE("a child that ignores the interrupt is terminated") {
    TemporaryFolder folder;
    const auto ready = folder.path() / "ready";
    ChildExecutor executor;
    const SignalWhenReady sender(ready, SIGINT);
    const Execution execution = executor.execute(shell("trap '' INT; echo > " + ready.string() + "; exec sleep 1000"));
    CHECK(execution.outcome == RunOutcome::Interrupted);
    CHECK(execution.signal == SIGTERM);
}

TEST_CASE("children started together run at the same time, and each reports for itself") {
    TemporaryFolder folder;
    const auto path = [&](const char* name) { return (folder.path() / name).string(); };
    // Each waits for the other: one after the other they would not end.
    Command first = shell("echo > " + path("a") + "; while ! test -e " + path("b") + "; do sleep 0.01; done; exit 3");
    Command second = shell("echo > " + path("b") + "; while ! test -e " + path("a") + "; do sleep 0.01; done; exit 4");
    first.timeout = second.timeout = std::chrono::seconds(60);
    ChildExecutor executor;
    const auto executions = executor.execute_together({first, second});
    REQUIRE(executions.size() == 2);
    for (const int i : {0, 1}) {
        const Execution& execution = executions[static_cast<std::size_t>(i)];
        CHECK(execution.outcome == RunOutcome::Exited);
        CHECK(execution.exit_code == 3 + i);
        CHECK(execution.ended_ns > execution.started_ns);
    }
}

TEST_CASE("of children started together each has its CPUs; one that cannot start does not keep the others") {
    ChildExecutor executor;
    const int last = usable_cpus().back();
    Command pinned = shell("test \"$(grep Cpus_allowed_list /proc/self/status | cut -f2)\" = " + std::to_string(last));
    pinned.cpus = {last};
    Command nowhere = shell("exit 0"), unpinnable = shell("exit 0");
    nowhere.arguments[0] = "/nowhere/python";
    unpinnable.cpus = {100000};
    const auto executions = executor.execute_together({unpinnable, pinned, nowhere, shell("exit 5")});
    CHECK(executions.at(0).outcome == RunOutcome::FailedToStart);
    CHECK((executions.at(1).outcome == RunOutcome::Exited && executions.at(1).exit_code == 0));
    CHECK(executions.at(2).outcome == RunOutcome::FailedToStart);
    CHECK(executions.at(3).exit_code == 5);
}

TEST_CASE("time-out and interrupt end all that were started together, but not what had ended") {
    TemporaryFolder folder;
    const auto ready = folder.path() / "ready";
    ChildExecutor executor;
    std::vector<Command> commands{shell("exit 0"), shell("exec sleep 1000"), shell("trap '' TERM; exec sleep 1000")};
    commands[0].timeout = std::chrono::milliseconds(300);
    auto executions = executor.execute_together(commands);
    CHECK(executions.at(0).outcome == RunOutcome::Exited);
    CHECK((executions.at(1).outcome == RunOutcome::TimedOut && executions.at(1).signal == SIGTERM));
    CHECK((executions.at(2).outcome == RunOutcome::TimedOut && executions.at(2).signal == SIGKILL));
    const SignalWhenReady sender(ready, SIGINT);
    executions =
        executor.execute_together({shell("exec sleep 1000"), shell("echo > " + ready.string() + "; exec sleep 1000")});
    for (const Execution& execution : executions) CHECK(execution.outcome == RunOutcome::Interrupted);
    CHECK(executor.is_interrupted());
}

TEST_CASE("the end of a child that another part of the process has collected is not known, but when it was is") {
    ChildExecutor executor;
    struct sigaction saved {
    }, collected_by_kernel{};
    collected_by_kernel.sa_handler = SIG_DFL;
    collected_by_kernel.sa_flags = SA_NOCLDWAIT;
    sigaction(SIGCHLD, &collected_by_kernel, &saved);
    const Execution execution = executor.execute(shell("exit 0"));
    sigaction(SIGCHLD, &saved, nullptr);
    CHECK(execution.outcome == RunOutcome::Lost);
    CHECK(execution.ended_ns >= execution.started_ns);
}

TEST_CASE("a child that is stopped and continued has been so for that time") {
    TemporaryFolder folder;
    const auto pid = (folder.path() / "pid").string();
    ChildExecutor executor;
    const auto before = std::chrono::steady_clock::now();
    const Execution execution = executor.execute(shell("(while ! test -s " + pid + "; do sleep 0.01; done; read p < " +
                                                       pid + "; kill -STOP $p; sleep 1; kill -CONT $p) & echo $$ > " +
                                                       pid + "; wait; sleep 0.05; exit 3"));
    const auto all = std::chrono::steady_clock::now() - before;
    CHECK(execution.outcome == RunOutcome::Exited);
    CHECK(execution.exit_code == 3);
    CHECK(execution.stops == 1);
    CHECK(execution.stopped_ns > 0);
    CHECK(std::chrono::nanoseconds(execution.stopped_ns) < all);
    CHECK(executor.execute(shell("exit 0")).stops == 0);
}

TEST_CASE("a child that is killed while it is stopped was stopped until then") {
    ChildExecutor executor;
    const Execution execution = executor.execute(
        shell("(until grep -q 'State:.T' /proc/$$/status; do sleep 0.01; done; sleep 1; kill -KILL $$) & "
              "kill -STOP $$"));
    CHECK(execution.outcome == RunOutcome::Signalled);
    CHECK(execution.signal == SIGKILL);
    CHECK(execution.stops == 1);
    CHECK(execution.stopped_ns > 0);
}

TEST_CASE("what is asked to stop the job stops us with the child, and is no interrupt") {
    TemporaryFolder folder;
    const auto ready = folder.path() / "ready";
    // A job of its own, as a shell would start it: a process that nobody could continue is not stopped at all.
    const pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        ChildExecutor executor;
        // It starts nothing while it waits: a shell that is about to would be stopped by what it starts, not by itself.
        const Execution execution =
            executor.execute(shell("echo $$ > " + ready.string() + ".new; mv " + ready.string() + ".new " +
                                   ready.string() + "; while ! test -e " + ready.string() + ".go; do :; done; exit 4"));
        const bool is_right = execution.exit_code == 4 && execution.stops == 1 && execution.stopped_ns > 0;
        _exit(is_right && !executor.is_interrupted() ? 0 : 1);
    }
    setpgid(job, job);
    while (access(ready.c_str(), F_OK) != 0) usleep(1000);
    kill(-job, SIGTSTP);
    int status = 0;
    REQUIRE(waitpid(job, &status, WUNTRACED) == job);
    CHECK(WIFSTOPPED(status));
    const std::string child = "/proc/" + std::to_string(read_pid(ready)) + "/status";
    while (read_field(child, "State").value_or("T").front() != 'T') usleep(1000);
    std::ofstream(ready.string() + ".go") << "now";
    kill(-job, SIGCONT);
    REQUIRE(waitpid(job, &status, 0) == job);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a process left behind that is busy during a later run is named, an idle one is not") {
    TemporaryFolder folder;
    const auto file = [&](const char* name) { return (folder.path() / name).string(); };
    ChildExecutor executor;
    const Execution first = executor.execute(
        shell("(while :; do :; done) & echo $! > " + file("busy") + "; sleep 1000 & echo $! > " + file("idle")));
    CHECK(first.leftovers.empty());
    const pid_t busy = read_pid(file("busy")), idle = read_pid(file("idle"));
    // Until it has visibly worked, however busy the machine is.
    const Execution second = executor.execute(
        shell("ticks() { cut -d ' ' -f 14 /proc/" + std::to_string(busy) +
              "/stat; }; begin=$(ticks); while test $(( $(ticks) - begin )) -lt 20; do sleep 0.01; done"));
    for (const pid_t pid : {busy, idle}) {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
    REQUIRE(second.leftovers.size() == 1);
    CHECK(second.leftovers[0].pid == busy);
    CHECK_THAT(second.leftovers[0].command, ContainsSubstring("/bin/sh -c"));
    CHECK(second.leftovers[0].cpu_s >= 0.15);
}

TEST_CASE("an interrupt before a run is seen") {
    ChildExecutor executor;
    CHECK_FALSE(executor.is_interrupted());
    kill(getpid(), SIGINT);
    CHECK(executor.is_interrupted());
}

TEST_CASE("signals are as before once the executor is gone") {
    sigset_t before, after;
    sigprocmask(SIG_SETMASK, nullptr, &before);
    { ChildExecutor executor; }
    sigprocmask(SIG_SETMASK, nullptr, &after);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) {
        CHECK(sigismember(&before, signal) == sigismember(&after, signal));
    }
}

}  // namespace
}  // namespace ftscale::launch
