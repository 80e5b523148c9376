// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/perf_checks.h"

#include <cerrno>

#include "support/catch.h"
#include "support/temporary_folder.h"

namespace ftscale::launch {
namespace {

using tests::TemporaryFolder;

using counters::Access;
using counters::EventAccess;
using counters::Obstacle;

const Asker kRootHere{true, false, false, "", "sudo"};
const Asker kUserHere{false, false, false, "", "sudo"};
const Asker kInDocker{true, true, true, "docker", "su - -c"};
const Asker kInPodman{true, true, true, "podman", "su - -c"};

const EventAccess kBothSides{true, true, 0, Obstacle::None, ""};
const EventAccess kUserSide{true, false, 0, Obstacle::None, ""};
const EventAccess kNoPmu{false, false, ENOENT, Obstacle::NoEvent, "this machine has no such event (no PMU: ENOENT)"};

Access access_of(int paranoid, const EventAccess& clock, const EventAccess& cycles) {
    Access access;
    access.permissions.paranoid = paranoid;
    access.cpu_clock = clock;
    access.cycles = cycles;
    access.perf_event_open_allowed = clock.possible || cycles.possible;
    return access;
}

Access forbidden(int paranoid, Obstacle obstacle) {
    const EventAccess none{false, false, EPERM, obstacle, "it is forbidden"};
    return access_of(paranoid, none, none);
}

TEST_CASE("with everything allowed there is nothing to do") {
    const Access access = access_of(1, kBothSides, kBothSides);
    for (const Check& check : {check_perf_events(access, kUserHere), check_cycles(access, kUserHere),
                               check_kernel_side(access, kUserHere), check_paranoid(access)}) {
        CHECK(check.status == Status::Ok);
        CHECK(check.command.empty());
    }
}

TEST_CASE("paranoid 2 costs an ordinary user the kernel's side") {
    const Access access = access_of(2, kUserSide, kNoPmu);
    CHECK(check_perf_events(access, kUserHere).status == Status::Ok);
    CHECK(check_paranoid(access).status == Status::Limited);
    CHECK(check_kernel_side(access, kUserHere).status == Status::Limited);
    CHECK(check_kernel_side(access, kUserHere).command == "sudo sysctl kernel.perf_event_paranoid=1");
    CHECK(check_kernel_side(access, kInDocker).command == "sudo sysctl kernel.perf_event_paranoid=1  # on the host");
}

TEST_CASE("paranoid 2 costs root nothing") {
    const Check check = check_paranoid(access_of(2, kBothSides, kNoPmu));
    CHECK(check.status == Status::Ok);
    CHECK(check.meaning.find("privileged") != std::string::npos);
}

TEST_CASE("paranoid 3 forbids all, in kernels that know it") {
    const Access access = forbidden(3, Obstacle::Paranoid);
    CHECK(check_paranoid(access).status == Status::Missing);
    CHECK(check_perf_events(access, kUserHere).command == "sudo sysctl kernel.perf_event_paranoid=1");
    const Check as_two = check_paranoid(access_of(3, kUserSide, kNoPmu));
    CHECK(as_two.status == Status::Limited);
    CHECK(as_two.meaning.find("takes for 2") != std::string::npos);
}

TEST_CASE("a container is started with a capability; podman's filter wants more") {
    const Access access = forbidden(2, Obstacle::Seccomp);
    CHECK(check_perf_events(access, kInDocker).status == Status::Missing);
    CHECK(check_perf_events(access, kInDocker).command == "docker run --cap-add PERFMON ...");
    CHECK(check_perf_events(access, kInPodman).command ==
          "podman run --cap-add PERFMON --security-opt seccomp=unconfined ...");
    CHECK(check_cycles(access, kInDocker).command.empty());  // said once is enough
    CHECK(check_kernel_side(access, kInDocker).status == Status::Missing);
}

TEST_CASE("a kernel without perf events cannot be helped") {
    Access access = forbidden(0, Obstacle::NoSystemCall);
    access.permissions.paranoid.reset();
    CHECK(check_perf_events(access, kRootHere).command.empty());
    CHECK(check_paranoid(access).status == Status::Missing);
}

TEST_CASE("a machine without a PMU has no hardware counters, and nothing to type") {
    const Check check = check_cycles(access_of(2, kUserSide, kNoPmu), kRootHere);
    CHECK(check.status == Status::Missing);
    CHECK(check.command.empty());
    CHECK(check.meaning.find("no PMU") != std::string::npos);
}

TEST_CASE("mapped events have room in the user's allowance and in the process's limit") {
    const Access access = access_of(2, kUserSide, kNoPmu);
    LockedMemoryFacts facts{516, 2, {64 * 1024, 64 * 1024}, false, 8192};
    CHECK(threads_with_room(facts) == (2 * 516 + 64) / 8);
    CHECK(check_locked_memory(facts, access, 8, kUserHere).status == Status::Ok);
    const Check check = check_locked_memory(facts, access, 1000, kUserHere);
    CHECK(check.status == Status::Limited);
    CHECK(check.command == "sudo sysctl kernel.perf_event_mlock_kb=4004");
    facts.memlock.hard = RLIM_INFINITY;
    CHECK(check_locked_memory(facts, access, 1000, kUserHere).command == "ulimit -l 8000");
    facts.is_exempt = true;
    CHECK_FALSE(threads_with_room(facts));
    CHECK(check_locked_memory(facts, access, 1000, kUserHere).status == Status::Ok);
}

TEST_CASE("CAP_IPC_LOCK exempts in the machine's own user namespace only; so does paranoid -1") {
    TemporaryFolder root;
    root.write("proc/sys/kernel/perf_event_mlock_kb", "516\n");
    root.write("proc/sys/kernel/perf_event_paranoid", "2\n");
    root.write("proc/self/uid_map", "0 0 4294967295\n");
    root.write("proc/self/status", "CapEff:\t0000000000004000\n");
    CHECK(read_locked_memory(2, {}, root.path()).is_exempt);
    CHECK(read_locked_memory(2, {}, root.path()).kib_per_cpu == 516);
    const std::uint64_t plain = read_locked_memory(2, {}, root.path()).bytes_per_thread;
    CHECK(read_locked_memory(2, {2, 5}, root.path()).bytes_per_thread == plain / 2 * (4 + 5));
    root.write("proc/self/uid_map", "0 1000 1\n");
    CHECK_FALSE(read_locked_memory(2, {}, root.path()).is_exempt);
    root.write("proc/sys/kernel/perf_event_paranoid", "-1\n");
    CHECK(read_locked_memory(2, {}, root.path()).is_exempt);
}

TEST_CASE("descriptors: raised by oneself up to the hard limit, by root beyond") {
    CHECK(check_descriptors({1024, 4096}, {}, 8, kUserHere).status == Status::Ok);
    CHECK(check_descriptors({64, 4096}, {}, 8, kUserHere).command == "ulimit -n 72");
    CHECK(check_descriptors({64, 64}, {}, 8, kRootHere).command == "ulimit -n 72");
    CHECK(check_descriptors({64, 64}, {}, 8, kUserHere).command == "sudo prlimit --pid $$ --nofile=72");
    CHECK(check_descriptors({64, 64}, {}, 8, kInDocker).command == "docker run --ulimit nofile=72 ...");
    CHECK(check_descriptors({64, 4096}, {3, 10}, 8, kUserHere).command == "ulimit -n 88");
    CHECK(check_descriptors({RLIM_INFINITY, RLIM_INFINITY}, {}, 8, kUserHere).status == Status::Ok);
}

}  // namespace
}  // namespace ftscale::launch
