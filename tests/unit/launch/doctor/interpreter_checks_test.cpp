// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/interpreter_checks.h"

#include <cerrno>

#include "launch/doctor/process_checks.h"
#include "launch/doctor/verdict.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "unit/launch/mock_executor.h"

namespace ftscale::launch {
namespace {

using tests::TemporaryFolder;

const Asker kRootHere{true, false, false, "", "sudo"};
const Asker kInDocker{true, true, true, "docker", "su - -c"};

recording::Interpreter python(std::uint32_t version_hex) {
    recording::Interpreter interpreter;
    interpreter.path = "/usr/bin/python3t";
    interpreter.version_hex = version_hex;
    return interpreter;
}

Trial good_trial() {
    Trial trial;
    trial.sampler = format::Sampler::CpuClock;
    trial.facts.flags = format::kKernelSampled;
    trial.samples = 100;
    trial.has_run_delay = true;
    return trial;
}

constexpr LadderFacts kAllRungs{true, true, false};

std::optional<std::string> used(const Trial& trial, std::size_t ladder, const LadderFacts& facts = kAllRungs) {
    const auto ladders = ladders_used(trial, facts);
    return ladders[ladder].used ? std::optional(ladders[ladder].rungs[*ladders[ladder].used]) : std::nullopt;
}
constexpr std::size_t kSampling = 0, kContention = 1, kRunQueue = 2, kKernelShare = 3;

TEST_CASE("which rungs are used is what the trial has shown") {
    Trial trial = good_trial();
    CHECK(used(trial, kSampling) == "cpu-clock");
    CHECK(used(trial, kContention) == "instruction decoding");
    CHECK(used(trial, kRunQueue) == "schedstat");
    CHECK(used(trial, kKernelShare) == "samples");
    trial.facts.flags = format::kKernelExcluded;
    CHECK(used(trial, kKernelShare) == "CPU time less samples");
    trial.sampler = format::Sampler::CpuTimer;
    trial.facts.flags = 0;
    CHECK(used(trial, kSampling) == "cpu-timer");
    CHECK_FALSE(used(trial, kKernelShare));
    trial.sampler = format::Sampler::Cycles;
    CHECK(used(trial, kSampling) == "cycles");
}

TEST_CASE("events of the PMU go before decoding, unless they could not be opened; switch records behind schedstat") {
    Trial trial = good_trial();
    CHECK(used(trial, kContention, {true, true, true}) == "PMU events");
    CHECK(used(trial, kContention, {false, true, true}) == "PMU events");
    trial.dropped_counters = 1;
    CHECK(used(trial, kContention, {true, true, true}) == "instruction decoding");
    trial.facts.flags |= format::kRunDelayOfSwitches;
    CHECK(used(trial, kRunQueue, {true, false, false}) == "switch records");
}

TEST_CASE("what cannot be measured is named, not promised") {
    Trial trial = good_trial();
    CHECK_FALSE(used(trial, kContention, {false, true, false}));
    CHECK_FALSE(used(trial, kRunQueue, {true, false, false}));
    trial.dropped_objects = 3;
    CHECK_FALSE(used(trial, kContention));
    trial.has_run_delay = false;
    CHECK_FALSE(used(trial, kRunQueue));
    trial.sampler = format::Sampler::None;
    trial.dropped_objects = 0;
    CHECK_FALSE(used(trial, kSampling));
    CHECK_FALSE(used(trial, kContention));
    for (const Ladder& ladder : ladders_used(trial, kAllRungs)) CHECK_FALSE(ladder.without.empty());
}

TEST_CASE("a profile is possible unless the trial failed or the probe refused") {
    Trial trial = good_trial();
    CHECK(is_profile_possible(trial));
    CHECK(check_trial(trial).status == Status::Ok);
    trial.samples = 3;
    CHECK(check_trial(trial).status == Status::Limited);
    trial.refusal = format::Refusal::UnknownVersion;
    CHECK_FALSE(is_profile_possible(trial));
    CHECK(check_trial(trial).status == Status::Missing);
    Trial failed;
    failed.failure = "it crashed";
    CHECK_FALSE(is_profile_possible(failed));
    CHECK(check_trial(failed).meaning == "it crashed");
}

TEST_CASE("a trial whose process fails, or leaves no stream, says so") {
    MockExecutor fails([](std::size_t) {
        Execution execution;
        execution.exit_code = 3;
        return execution;
    });
    CHECK(make_trial("/bin/python", {}, {}, fails).failure == "a trial run did not end well: exit status 3");
    MockExecutor silent([](std::size_t) { return Execution{}; });
    CHECK(make_trial("/bin/python", {}, {}, silent).failure.find("left nothing behind") != std::string::npos);
}

TEST_CASE("the GIL is on by a variable, or by itself") {
    Trial trial = good_trial();
    recording::Interpreter interpreter = python(0x030e00f0);
    CHECK(check_gil(interpreter, trial, {}).status == Status::Ok);
    CHECK(check_gil(interpreter, trial, Variables::of({{"PYTHON_GIL", "0"}})).status == Status::Ok);
    trial.gil_on = true;
    CHECK(check_gil(interpreter, trial, Variables::of({{"PYTHON_GIL", "1"}})).command == "unset PYTHON_GIL");
    CHECK(check_gil(interpreter, trial, {}).command == "PYTHON_GIL=0 ftscale run ...");
}

TEST_CASE("bytecode files matter before 3.14") {
    const Variables off = Variables::of({{"PYTHONDONTWRITEBYTECODE", "1"}});
    CHECK(check_bytecode(python(0x030d05f0), {}).status == Status::Ok);
    CHECK(check_bytecode(python(0x030d05f0), off).status == Status::Limited);
    CHECK(check_bytecode(python(0x030d05f0), off).command == "unset PYTHONDONTWRITEBYTECODE");
    CHECK(check_bytecode(python(0x030e00f0), off).status == Status::Ok);
}

TEST_CASE("a stripped interpreter is helped by its package's debug symbols") {
    TemporaryFolder root;
    root.write("var/lib/dpkg/info/libpython3.14-nogil:amd64.list", "/.\n/usr/lib/libpython3.14t.so.1.0\n");
    root.write("var/lib/dpkg/info/coreutils.list", "/usr/bin/ls\n");
    CHECK(find_owner("/usr/lib/libpython3.14t.so.1.0", root.path()) == "libpython3.14-nogil");
    CHECK(find_owner("/opt/python", root.path()).empty());
    CHECK(find_owner("/opt/python", root / "nowhere").empty());
    CHECK(check_symbols({"/x", true, true, ""}, kRootHere).status == Status::Ok);
    CHECK(check_symbols({"/x", false, true, "python3t"}, kInDocker).command ==
          "apt-get install python3t-dbgsym  # from debian-debug");
    CHECK(check_symbols({"/x", false, true, ""}, kRootHere).command.find("scripts/build-python") == 0);
    CHECK(check_unwinding({"/x", true, false, ""}).status == Status::Limited);
}

TEST_CASE("the interpreter's code is libpython's where samples fell into one") {
    Trial trial = good_trial();
    trial.modules = {"/usr/bin/python3t", "/usr/lib/libc.so.6"};
    CHECK(image_path(python(0x030e00f0), trial) == "/usr/bin/python3t");
    trial.modules.emplace_back("/usr/lib/libpython3.14t.so.1.0");
    CHECK(image_path(python(0x030e00f0), trial) == "/usr/lib/libpython3.14t.so.1.0");
}

TEST_CASE("schedstat: counting, switched off, not there") {
    TemporaryFolder root;
    CHECK(check_schedstat(read_schedstat(root.path()), false, kRootHere).status == Status::Missing);
    CHECK(check_schedstat(read_schedstat(root.path()), false, kRootHere).command.empty());
    CHECK(check_schedstat(read_schedstat(root.path()), true, kRootHere).status == Status::Limited);
    root.write("proc/self/schedstat", "0 0 0\n");
    root.write("proc/sys/kernel/task_delayacct", "0\n");
    CHECK(check_schedstat(read_schedstat(root.path()), false, kRootHere).command == "sysctl kernel.task_delayacct=1");
    root.write("proc/self/schedstat", "842042 53019 1\n");
    CHECK(check_schedstat(read_schedstat(root.path()), false, kRootHere).status == Status::Ok);
}

TEST_CASE("reading memory safely, forbidden in a container") {
    CHECK(check_memory_read(0, kInDocker).status == Status::Ok);
    CHECK(check_memory_read(EPERM, kInDocker).status == Status::Missing);
    CHECK(check_memory_read(EPERM, kInDocker).command == "docker run --cap-add SYS_PTRACE ...");
    CHECK(check_memory_read(ENOSYS, kRootHere).command.empty());
}

}  // namespace
}  // namespace ftscale::launch
