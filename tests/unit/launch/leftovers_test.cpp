// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/leftovers.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch/process.h"
#include "support/catch.h"

namespace ftscale::launch {
namespace {

using std::chrono::milliseconds;

pid_t sleeping_child() {
    const pid_t pid = fork();
    if (pid == 0) {
        sleep(1000);
        _exit(0);
    }
    return pid;
}

/// A process whose end its tracer must see first, and the tracer looks away: as hard to get rid of as one that waits
/// for a device.
pid_t start_tracer(pid_t traced, const Pipe& answer) {
    const pid_t tracer = fork();
    if (tracer != 0) return tracer;
    const bool is_traced = ptrace(PTRACE_SEIZE, traced, nullptr, nullptr) == 0;
    if (write(answer.writer(), is_traced ? "y" : "n", 1) != 1) _exit(1);
    for (;;) pause();
}

TEST_CASE("a process's times are found behind any name") {
    const std::string rest = " S 1 2 3 4 5 6 7 8 9 10 700 11 12 13 14 15 16 17 4242 18 19";
    for (const char* name : {"sh", "a b", ") S 1 (", ""}) {
        const auto times = parse_process_times("12 (" + std::string(name) + ")" + rest);
        REQUIRE(times);
        CHECK(times->cpu == 711);
        CHECK(times->began == 4242);
    }
    CHECK_FALSE(parse_process_times(""));
    CHECK_FALSE(parse_process_times("12 (sh) S 1 2"));
}

TEST_CASE("what has become our child since is ended, what was before is not") {
    const pid_t old_child = sleeping_child();
    const std::vector<pid_t> before = our_children();
    const pid_t new_child = sleeping_child();
    CHECK(kill_leftovers(before, std::chrono::seconds(60)).empty());
    CHECK(kill(new_child, 0) != 0);
    CHECK(kill(old_child, 0) == 0);
    kill(old_child, SIGKILL);
    waitpid(old_child, nullptr, 0);
}

TEST_CASE("a process that does not end does not keep us") {
    Pipe answer;
    const pid_t stubborn = sleeping_child();
    const pid_t tracer = start_tracer(stubborn, answer);
    char is_traced = 0;
    REQUIRE(read(answer.reader(), &is_traced, 1) == 1);
    if (is_traced == 'y') {
        const std::vector<pid_t> left = kill_leftovers({tracer}, milliseconds(50));
        CHECK(left == std::vector<pid_t>{stubborn});
    } else {
        WARN("no process may be traced here");
    }
    kill(tracer, SIGKILL);
    waitpid(tracer, nullptr, 0);
    kill(stubborn, SIGKILL);
    waitpid(stubborn, nullptr, 0);
}

}  // namespace
}  // namespace ftscale::launch
