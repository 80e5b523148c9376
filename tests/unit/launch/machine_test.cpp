// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/machine.h"

#include "support/catch.h"
#include "unit/launch/temporary_folder.h"

namespace ftscale::launch {
namespace {

void write_cpu(const TemporaryFolder& root, int id, const std::string& package, const std::string& siblings) {
    const std::string folder = "sys/devices/system/cpu/cpu" + std::to_string(id) + "/topology/";
    root.write(folder + "physical_package_id", package + "\n");
    root.write(folder + "core_cpus_list", siblings + "\n");
}

TEST_CASE("SMT siblings are one core") {
    TemporaryFolder root;
    write_cpu(root, 0, "0", "0,2");
    write_cpu(root, 1, "0", "1,3");
    write_cpu(root, 2, "0", "0,2");
    write_cpu(root, 3, "0", "1,3");
    const auto topology = read_topology({0, 1, 2, 3}, root.path());
    CHECK(topology == std::vector<Cpu>{{0, 0, 0}, {1, 0, 1}, {2, 0, 0}, {3, 0, 1}});
    CHECK(count_physical_cores(topology) == 2);
}

TEST_CASE("siblings may be written as a range, and by the older name") {
    TemporaryFolder root;
    write_cpu(root, 2, "0", "2-3");
    root.write("sys/devices/system/cpu/cpu3/topology/thread_siblings_list", "2-3\n");
    CHECK(count_physical_cores(read_topology({2, 3}, root.path())) == 1);
}

TEST_CASE("two sockets keep their numbers") {
    TemporaryFolder root;
    write_cpu(root, 0, "0", "0");
    write_cpu(root, 1, "1", "1");
    CHECK(read_topology({0, 1}, root.path()) == std::vector<Cpu>{{0, 0, 0}, {1, 1, 1}});
}

TEST_CASE("only usable CPUs count as cores") {
    TemporaryFolder root;
    for (int cpu = 0; cpu < 8; ++cpu)
        write_cpu(root, cpu, "0", std::to_string(cpu % 4) + "," + std::to_string(cpu % 4 + 4));
    const auto machine = read_machine(read_topology({1, 5, 6}, root.path()), root.path());
    CHECK(machine.cpus == 3);
    CHECK(machine.physical_cores == 2);
}

TEST_CASE("a machine that says nothing is described by what we know ourselves") {
    TemporaryFolder root;
    const auto machine = read_machine(read_topology({0, 1}, root.path()), root.path());
    CHECK(machine.cpus == 2);
    CHECK(machine.physical_cores == 2);
    CHECK(machine.model.empty());
    CHECK(machine.kernel.empty());
    CHECK(machine.governor.empty());
    CHECK_FALSE(machine.cgroup_cpu_limit);
    CHECK_FALSE(machine.perf_event_paranoid);
    CHECK(machine.memory_bytes == 0);
    CHECK(usable_cores(machine) == 2);
}

TEST_CASE("machine facts are read from /proc and /sys") {
    TemporaryFolder root;
    root.write("proc/cpuinfo", "processor\t: 0\nmodel\t\t: 17\nmodel name\t: Imaginary 9000\n");
    root.write("proc/meminfo", "MemTotal:       16384 kB\nMemFree:  1 kB\n");
    root.write("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
    root.write("proc/sys/kernel/perf_event_paranoid", "-1\n");
    root.write("sys/devices/system/cpu/cpu4/cpufreq/scaling_governor", "performance\n");
    const auto machine = read_machine(read_topology({4}, root.path()), root.path());
    CHECK(machine.model == "Imaginary 9000");
    CHECK(machine.memory_bytes == 16384u * 1024u);
    CHECK(machine.kernel == "6.1.0-18-amd64");
    CHECK(machine.perf_event_paranoid == -1);
    CHECK(machine.governor == "performance");
}

TEST_CASE("the CPU limit of a cgroup v2 is the tightest on the way up") {
    TemporaryFolder root;
    root.write("proc/self/cgroup", "0::/user.slice/job\n");
    root.write("sys/fs/cgroup/user.slice/job/cpu.max", "max 100000\n");
    CHECK_FALSE(read_machine({}, root.path()).cgroup_cpu_limit);
    root.write("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
    CHECK(read_machine({}, root.path()).cgroup_cpu_limit == Approx(1.5));
    root.write("sys/fs/cgroup/user.slice/job/cpu.max", "50000 100000\n");
    CHECK(read_machine({}, root.path()).cgroup_cpu_limit == Approx(0.5));
}

TEST_CASE("in a container the limit stands at the mount point") {
    TemporaryFolder root;
    root.write("proc/self/cgroup", "0::/docker/0123abcd\n");
    root.write("sys/fs/cgroup/cpu.max", "400000 100000\n");
    CHECK(read_machine({}, root.path()).cgroup_cpu_limit == Approx(4));
}

TEST_CASE("the CPU limit of a cgroup v1") {
    TemporaryFolder root;
    root.write("proc/self/cgroup", "9:name=systemd:/\n4:cpuset:/set\n3:cpu,cpuacct:/job\n0::/\n");
    root.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
    root.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
    CHECK_FALSE(read_machine({}, root.path()).cgroup_cpu_limit);
    root.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "250000\n");
    CHECK(read_machine({}, root.path()).cgroup_cpu_limit == Approx(2.5));
}

TEST_CASE("a cgroup limit bounds the cores worth using") {
    recording::Machine machine;
    machine.physical_cores = 8;
    CHECK(usable_cores(machine) == 8);
    machine.cgroup_cpu_limit = 2.5;
    CHECK(usable_cores(machine) == 2);
    machine.cgroup_cpu_limit = 0.2;
    CHECK(usable_cores(machine) == 1);
}

TEST_CASE("this machine has at least one usable CPU") {
    const auto cpus = usable_cpus();
    REQUIRE_FALSE(cpus.empty());
    CHECK(count_physical_cores(read_topology(cpus)) >= 1);
}

}  // namespace
}  // namespace ftscale::launch
