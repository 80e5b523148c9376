// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/access.h"

#include <cerrno>

#include "fake_pmu.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace ftscale::counters;

TEST_CASE("access: a machine with a PMU and no restrictions") {
    FakePmu pmu;
    const Access access = try_access({1, false}, pmu);
    CHECK(access.perf_event_open_allowed);
    CHECK(access.cpu_clock.kernel_side);
    CHECK(access.cycles.kernel_side);
    CHECK(access.cycles.reason.empty());
    CHECK(pmu.open_now() == 0);
}

TEST_CASE("access: paranoid 2: user side only") {
    FakePmu pmu;
    pmu.user_only = true;
    const Access access = try_access({2, false}, pmu);
    CHECK(access.cycles.possible);
    CHECK_FALSE(access.cycles.kernel_side);
    CHECK(access.cycles.error == 0);
    CHECK(access.cycles.obstacle == Obstacle::None);
}

TEST_CASE("access: a machine without a PMU") {
    FakePmu pmu;
    pmu.has_pmu = false;
    const Access access = try_access({2, false}, pmu);
    CHECK(access.perf_event_open_allowed);
    CHECK(access.cpu_clock.possible);
    CHECK_FALSE(access.cycles.possible);
    CHECK(access.cycles.error == ENOENT);
    CHECK(access.cycles.obstacle == Obstacle::NoEvent);
    CHECK(access.cycles.reason == "this machine has no such event (no PMU: ENOENT)");
}

TEST_CASE("access: perf_event_open forbidden") {
    FakePmu pmu;
    const auto reason = [&pmu](int error, const Permissions& permissions) {
        pmu.error_for_all = error;
        const Access access = try_access(permissions, pmu);
        CHECK_FALSE(access.perf_event_open_allowed);
        return access.cpu_clock.reason;
    };
    CHECK(reason(EPERM, {2, true}) == "perf_event_open is forbidden (seccomp)");
    CHECK(reason(ENOSYS, {2, true}) == "perf_event_open is forbidden (seccomp)");
    CHECK(reason(ENOSYS, {}) == "this kernel has no perf events");
    CHECK(reason(EACCES, {3, false}) == "perf_event_paranoid is 3");
    CHECK(reason(EACCES, {4, true}) == "perf_event_paranoid is 4");
    CHECK(reason(EACCES, {1, false}) == "perf_event_open is forbidden (EACCES)");
    CHECK(reason(EPERM, {1, false}) == "perf_event_open is forbidden (EPERM)");
}

TEST_CASE("access: no free descriptor") {
    FakePmu pmu;
    pmu.descriptors = 0;
    const Access access = try_access({1, false}, pmu);
    CHECK(access.cycles.obstacle == Obstacle::Descriptors);
    CHECK(access.cycles.reason == "no file descriptor is free");
}

TEST_CASE("access: permissions are read from /proc") {
    const ftscale::tests::TemporaryFolder root;
    CHECK_FALSE(read_permissions(root.path()).paranoid);
    root.write("proc/sys/kernel/perf_event_paranoid", "-1\n");
    root.write("proc/self/status", "Name:\tx y\nSeccomp:\t2\nSeccomp_filters:\t1\n");
    CHECK(read_permissions(root.path()).paranoid == -1);
    CHECK(read_permissions(root.path()).seccomp_filter);
    root.write("proc/self/status", "Name:\tx y\nSeccomp:\t0\n");
    CHECK_FALSE(read_permissions(root.path()).seccomp_filter);
}

TEST_CASE("access: what happens in the kernel only is not counted on the user side") {
    FakePmu pmu;
    const Encoding switches{kSoftware, 3}, task_clock{kSoftware, 1}, faults{kSoftware, 2};
    CHECK(try_event(switches, {1, false}, pmu).possible);
    const EventAccess asked_for = try_event(switches, {1, false}, pmu, Side::UserOnly);
    CHECK_FALSE(asked_for.possible);
    CHECK(asked_for.reason == "it happens in the kernel, which is left out here (:u)");
    pmu.user_only = true;
    const EventAccess restricted = try_event(switches, {2, false}, pmu);
    CHECK_FALSE(restricted.possible);
    CHECK(restricted.obstacle == Obstacle::Paranoid);
    CHECK(restricted.reason == "it happens in the kernel, and perf_event_paranoid is 2");
    CHECK(try_event(task_clock, {2, false}, pmu).possible);
    CHECK(try_event(faults, {2, false}, pmu).possible);
    CHECK(counts_kernel(task_clock, Side::UserOnly));
    CHECK_FALSE(counts_kernel(faults, Side::UserOnly));
    CHECK(counts_kernel(faults, Side::UserAndKernel));
}

TEST_CASE("access: what this very machine says is consistent") {
    const Access access = try_access();
    for (const EventAccess& event : {access.cpu_clock, access.cycles}) {
        CHECK(event.possible == (event.error == 0));
        CHECK(event.possible == event.reason.empty());
        CHECK(event.possible == (event.obstacle == Obstacle::None));
    }
}
