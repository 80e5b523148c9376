// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/access.h"

#include <cerrno>

#include "fake_pmu.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace ftscale::counters;

TEST_CASE("a machine with a PMU and no restrictions") {
    FakePmu pmu;
    const Access access = try_access({1, false}, pmu);
    CHECK(access.perf_event_open_allowed);
    CHECK(access.cpu_clock.kernel_side);
    CHECK(access.cycles.kernel_side);
    CHECK(access.cycles.reason.empty());
    CHECK(pmu.open_now() == 0);
}

TEST_CASE("paranoid 2: user side only") {
    FakePmu pmu;
    pmu.user_only = true;
    const Access access = try_access({2, false}, pmu);
    CHECK(access.cycles.possible);
    CHECK_FALSE(access.cycles.kernel_side);
    CHECK(access.cycles.error == 0);
    CHECK(access.cycles.obstacle == Obstacle::None);
}

TEST_CASE("a machine without a PMU") {
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

TEST_CASE("perf_event_open forbidden") {
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

TEST_CASE("no free descriptor") {
    FakePmu pmu;
    pmu.descriptors = 0;
    const Access access = try_access({1, false}, pmu);
    CHECK(access.cycles.obstacle == Obstacle::Descriptors);
    CHECK(access.cycles.reason == "no file descriptor is free");
}

TEST_CASE("permissions are read from /proc") {
    const ftscale::tests::TemporaryFolder root;
    CHECK_FALSE(read_permissions(root.path()).paranoid);
    root.write("proc/sys/kernel/perf_event_paranoid", "-1\n");
    root.write("proc/self/status", "Name:\tx y\nSeccomp:\t2\nSeccomp_filters:\t1\n");
    CHECK(read_permissions(root.path()).paranoid == -1);
    CHECK(read_permissions(root.path()).seccomp_filter);
    root.write("proc/self/status", "Name:\tx y\nSeccomp:\t0\n");
    CHECK_FALSE(read_permissions(root.path()).seccomp_filter);
}

TEST_CASE("what this very machine says is consistent") {
    const Access access = try_access();
    for (const EventAccess& event : {access.cpu_clock, access.cycles}) {
        CHECK(event.possible == (event.error == 0));
        CHECK(event.possible == event.reason.empty());
        CHECK(event.possible == (event.obstacle == Obstacle::None));
    }
}
