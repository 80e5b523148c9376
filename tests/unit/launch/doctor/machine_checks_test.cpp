// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/machine_checks.h"

#include "support/catch.h"
#include "support/temporary_folder.h"

namespace ftscale::launch {
namespace {

using tests::TemporaryFolder;

const Asker kRootHere{true, false, false, "", "sudo"};
const Asker kUserHere{false, false, false, "", "sudo"};
const Asker kInDocker{true, true, true, "docker", "su - -c"};
const std::vector<Cpu> kTwoCores{{0, 0, 0}, {1, 0, 1}};

void write_governor(const TemporaryFolder& root, int cpu, const std::string& governor) {
    root.write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpufreq/scaling_governor", governor + "\n");
}

TEST_CASE("SMT is limited where usable CPUs share cores") {
    CHECK(check_smt(kTwoCores).status == Status::Ok);
    const Check check = check_smt({{0, 0, 0}, {1, 0, 1}, {2, 0, 0}, {3, 0, 1}});
    CHECK(check.status == Status::Limited);
    CHECK(check.meaning.find("4 CPUs on 2 cores") != std::string::npos);
}

TEST_CASE("one CPU with another governor spoils it") {
    TemporaryFolder root;
    write_governor(root, 0, "performance");
    write_governor(root, 1, "performance");
    CHECK(check_governor(read_clock_facts(kTwoCores, {}, root.path()), kRootHere).status == Status::Ok);
    write_governor(root, 1, "schedutil");
    ClockFacts clock = read_clock_facts(kTwoCores, Variables::of({{"PATH", "/nowhere"}}), root.path());
    CHECK(clock.governor == "schedutil");
    CHECK(check_governor(clock, kRootHere).status == Status::Limited);
    CHECK(check_governor(clock, kRootHere).command ==
          "sh -c \"echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor\"");
    clock.has_cpupower = true;
    CHECK(check_governor(clock, kRootHere).command == "cpupower frequency-set -g performance");
    CHECK(check_governor(clock, kUserHere).command == "sudo cpupower frequency-set -g performance");
}

TEST_CASE("a clock that cannot be seen is missing, not ok") {
    TemporaryFolder root;
    const ClockFacts clock = read_clock_facts(kTwoCores, {}, root.path());
    CHECK(check_governor(clock, kRootHere).status == Status::Missing);
    CHECK(check_turbo(clock, kRootHere).status == Status::Missing);
    CHECK(check_turbo(clock, kRootHere).command.empty());
}

TEST_CASE("turbo is switched by intel_pstate, where 0 is on, or by cpufreq, where 1 is") {
    TemporaryFolder intel;
    intel.write("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
    const Check on = check_turbo(read_clock_facts(kTwoCores, {}, intel.path()), kRootHere);
    CHECK(on.status == Status::Limited);
    CHECK(on.command == "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo");
    intel.write("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
    CHECK(check_turbo(read_clock_facts(kTwoCores, {}, intel.path()), kRootHere).status == Status::Ok);
    TemporaryFolder amd;
    amd.write("sys/devices/system/cpu/cpufreq/boost", "1\n");
    const Check boost = check_turbo(read_clock_facts(kTwoCores, {}, amd.path()), kUserHere);
    CHECK(boost.status == Status::Limited);
    CHECK(boost.command == "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost");
}

TEST_CASE("a control group's limit is lifted where it stands, or by who starts the container") {
    CHECK(check_cpu_limit(std::nullopt, 8, kRootHere).status == Status::Ok);
    CHECK(check_cpu_limit(CpuLimit{8, "/x", true}, 8, kRootHere).status == Status::Ok);
    const CpuLimit unified{1.5, "/sys/fs/cgroup/job/cpu.max", true};
    CHECK(check_cpu_limit(unified, 8, kRootHere).status == Status::Limited);
    CHECK(check_cpu_limit(unified, 8, kRootHere).command == "echo max > /sys/fs/cgroup/job/cpu.max");
    CHECK(check_cpu_limit(unified, 8, kInDocker).command == "docker run --cpus 8 ...");
    const CpuLimit old{2, "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", false};
    CHECK(check_cpu_limit(old, 8, kUserHere).command == "echo -1 | sudo tee /sys/fs/cgroup/cpu/job/cpu.cfs_quota_us");
}

TEST_CASE("the tightest limit is known with its file, in v1, in v2 and in v2 beside v1") {
    TemporaryFolder root;
    root.write("proc/self/cgroup", "3:cpu,cpuacct:/a/b\n0::/a/b\n");
    CHECK_FALSE(find_cpu_limit(root.path()));
    root.write("sys/fs/cgroup/unified/a/cpu.max", "300000 100000\n");
    CHECK(find_cpu_limit(root.path())->cpus == Approx(3));
    CHECK(find_cpu_limit(root.path())->is_unified);
    root.write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "200000\n");
    root.write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
    const auto limit = find_cpu_limit(root.path());
    CHECK(limit->cpus == Approx(2));
    CHECK_FALSE(limit->is_unified);
    CHECK(limit->file == root / "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us");
}

TEST_CASE("affinity that we may widen ourselves, and that a cpuset keeps") {
    CHECK(check_affinity({{0, 1}, {0, 1}, 2}, kRootHere).status == Status::Ok);
    const Check own = check_affinity({{2}, {0, 1, 2, 4}, 8}, kUserHere);
    CHECK(own.status == Status::Limited);
    CHECK(own.command == "taskset -c 0-2,4 ftscale run ...");
    CHECK(check_affinity({{2, 3}, {2, 3}, 8}, kInDocker).command == "docker run --cpuset-cpus 0-7 ...");
    CHECK(check_affinity({{2, 3}, {2, 3}, 8}, kRootHere).command.empty());
}

TEST_CASE("online CPUs are ranges") {
    TemporaryFolder root;
    CHECK(count_online_cpus(root.path()) == 0);
    root.write("sys/devices/system/cpu/online", "0-3,6,8-9\n");
    CHECK(count_online_cpus(root.path()) == 7);
}

TEST_CASE("load is what others did between two readings; a guest's time is counted once") {
    TemporaryFolder root;
    root.write("proc/stat", "cpu  100 0 50 800 50 0 0 0 100 0\ncpu0 1 2 3\n");
    const auto before = read_cpu_times(root.path());
    root.write("proc/stat", "cpu  130 10 60 840 50 0 0 10 130 0\n");
    const auto after = read_cpu_times(root.path());
    REQUIRE(before);
    REQUIRE(after);
    const auto load = load_between(*before, *after, 4);  // of 100 ticks 50 busy, 10 stolen
    REQUIRE(load);
    CHECK(load->busy_cpus == Approx(2));
    CHECK(load->stolen_cpus == Approx(0.4));
    CHECK_FALSE(load_between(*before, *before, 4));
}

TEST_CASE("load is ok, other programs', or the machine's around us") {
    CHECK(check_load(LoadFacts{0.02, 0, 4}).status == Status::Ok);
    CHECK(check_load(LoadFacts{1.2, 0, 4}).meaning.find("1.2 of 4 CPUs") != std::string::npos);
    CHECK(check_load(LoadFacts{0, 0.5, 4}).meaning.find("around this virtual one") != std::string::npos);
    CHECK(check_load(std::nullopt).status == Status::Missing);
}

TEST_CASE("all CPUs we use can be reached") { CHECK(reachable_cpus().size() >= usable_cpus().size()); }

}  // namespace
}  // namespace ftscale::launch
