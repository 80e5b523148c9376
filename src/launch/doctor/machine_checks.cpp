// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/machine_checks.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "launch/interpreter_search.h"
#include "launch/system_file.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNoTurbo = "sys/devices/system/cpu/intel_pstate/no_turbo";
constexpr const char* kBoost = "sys/devices/system/cpu/cpufreq/boost";
constexpr const char* kBestGovernor = "performance";
constexpr double kNoticeableLoad = 0.1;  // CPUs: ten of a hundred samples would find another program there

std::string read_governor(const std::vector<Cpu>& topology, const fs::path& root) {
    std::string governor;
    for (const Cpu& cpu : topology) {
        const auto folder = root / "sys/devices/system/cpu" / fmt::format("cpu{}", cpu.id);
        const std::string own = read_first_line(folder / "cpufreq/scaling_governor").value_or("");
        if (!own.empty()) governor = own;
        if (!own.empty() && own != kBestGovernor) break;
    }
    return governor;
}

void read_turbo(const fs::path& root, ClockFacts& clock) {
    if (const auto off = read_number(root / kNoTurbo)) {
        clock.turbo = *off == 0;
        clock.turbo_file = std::string("/") + kNoTurbo;
    } else if (const auto on = read_number(root / kBoost)) {
        clock.turbo = *on != 0;
        clock.turbo_file = std::string("/") + kBoost;
    }
}

std::string plural(int count, const char* noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

/// "0-3,6"
std::string cpu_list(const std::vector<int>& cpus) {
    std::string text;
    for (std::size_t i = 0; i < cpus.size();) {
        std::size_t last = i;
        while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
        text += (text.empty() ? "" : ",") + std::to_string(cpus[i]);
        if (last > i) text += "-" + std::to_string(cpus[last]);
        i = last + 1;
    }
    return text;
}

std::string raise_limit_command(const CpuLimit& limit, int cpus, const Asker& asker) {
    if (!asker.engine.empty()) return when_started_with(asker, fmt::format("--cpus {}", cpus));
    return write_as_root(asker, limit.is_unified ? "max" : "-1", limit.file.string());
}

}  // namespace

ClockFacts read_clock_facts(const std::vector<Cpu>& topology, const Variables& variables, const fs::path& root) {
    ClockFacts clock;
    clock.governor = read_governor(topology, root);
    clock.has_cpupower = find_program("cpupower", variables).has_value();
    read_turbo(root, clock);
    return clock;
}

/// The first line of /proc/stat: "cpu user nice system idle iowait irq softirq steal guest guest_nice". A guest's time
/// is part of user's already.
std::optional<CpuTimes> read_cpu_times(const fs::path& root) {
    std::istringstream fields(read_first_line(root / "proc/stat").value_or(""));
    std::string name;
    std::uint64_t user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupts = 0, soft = 0, stolen = 0;
    if (!(fields >> name >> user >> nice >> system >> idle >> waiting >> interrupts >> soft)) return std::nullopt;
    fields >> stolen;
    CpuTimes times;
    times.busy = user + nice + system + interrupts + soft;
    times.stolen = stolen;
    times.total = times.busy + idle + waiting + stolen;
    return times;
}

std::optional<LoadFacts> load_between(const CpuTimes& before, const CpuTimes& after, int cpus) {
    if (after.total <= before.total || after.busy < before.busy || after.stolen < before.stolen) return std::nullopt;
    const double scale = cpus / static_cast<double>(after.total - before.total);
    return LoadFacts{scale * static_cast<double>(after.busy - before.busy),
                     scale * static_cast<double>(after.stolen - before.stolen), cpus};
}

int count_online_cpus(const fs::path& root) {
    int count = 0;
    std::istringstream ranges(read_first_line(root / "sys/devices/system/cpu/online").value_or(""));
    for (std::string range; std::getline(ranges, range, ',');) {
        int first = 0, last = 0;
        const int fields = std::sscanf(range.c_str(), "%d-%d", &first, &last);
        if (fields >= 1) count += fields == 2 ? last - first + 1 : 1;
    }
    return count;
}

std::vector<int> reachable_cpus() {
    std::vector<int> cpus;
    std::thread([&cpus] {
        // The kernel takes from the set what the control group does not allow.
        constexpr int kMostCpus = 8192;
        cpu_set_t* all = CPU_ALLOC(kMostCpus);
        const std::size_t bytes = CPU_ALLOC_SIZE(kMostCpus);
        CPU_ZERO_S(bytes, all);
        for (int cpu = 0; cpu < kMostCpus; ++cpu) CPU_SET_S(cpu, bytes, all);
        sched_setaffinity(0, bytes, all);
        CPU_FREE(all);
        cpus = usable_cpus();
    }).join();
    return cpus;
}

Check check_smt(const std::vector<Cpu>& topology) {
    const int cpus = static_cast<int>(topology.size());
    const int cores = count_physical_cores(topology);
    if (cores == cpus)
        return {"SMT", Status::Ok, fmt::format("each of the {} is a core of its own", plural(cpus, "usable CPU")), {}};
    return {"SMT",
            Status::Limited,
            fmt::format("{} on {}: threads beyond {} share a core and run slower each; runs take a core per thread "
                        "first, and -t auto stops there",
                        plural(cpus, "CPU"), plural(cores, "core"), cores),
            {}};
}

Check check_governor(const ClockFacts& clock, const Asker& asker) {
    if (clock.governor.empty())
        return {"frequency governor",
                Status::Missing,
                "none to be seen (as in most virtual machines): whether the clock changes with the load is not known",
                {}};
    if (clock.governor == kBestGovernor)
        return {"frequency governor", Status::Ok, "performance: the clock does not follow the load", {}};
    const std::string command =
        clock.has_cpupower
            ? as_root(asker, "cpupower frequency-set -g performance")
            : as_root(asker, "sh -c \"echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor\"");
    return {"frequency governor", Status::Limited,
            fmt::format("{}: the clock follows the load, so that short and idle runs are slower for no fault of the "
                        "script",
                        clock.governor),
            command};
}

Check check_turbo(const ClockFacts& clock, const Asker& asker) {
    if (!clock.turbo)
        return {"turbo",
                Status::Missing,
                "not to be seen (as in most virtual machines): whether one busy core is clocked higher than all is not "
                "known",
                {}};
    if (!*clock.turbo) return {"turbo", Status::Ok, "off: one busy core is clocked like all of them", {}};
    const bool is_negated = clock.turbo_file.ends_with("no_turbo");
    return {"turbo", Status::Limited,
            "on: one busy core is clocked higher than all of them, which looks like work growing with the threads",
            write_as_root(asker, is_negated ? "1" : "0", clock.turbo_file)};
}

Check check_cpu_limit(const std::optional<CpuLimit>& limit, int usable_cpus, const Asker& asker) {
    if (!limit || limit->cpus >= usable_cpus)
        return {"control group",
                Status::Ok,
                limit ? fmt::format("allows {:.2g} CPUs, no fewer than there are", limit->cpus) : "sets no CPU limit",
                {}};
    return {"control group", Status::Limited,
            fmt::format("allows {:.2g} of {} CPUs: more threads than that are stopped for part of the time",
                        limit->cpus, usable_cpus),
            raise_limit_command(*limit, usable_cpus, asker)};
}

Check check_affinity(const AffinityFacts& affinity, const Asker& asker) {
    const int usable = static_cast<int>(affinity.usable.size());
    const int reachable = static_cast<int>(affinity.reachable.size());
    if (usable >= affinity.online)
        return {"CPU affinity", Status::Ok, fmt::format("all {} may be used", plural(usable, "CPU")), {}};
    const std::string meaning =
        fmt::format("{} of the machine's {} CPUs may be used: runs have no more than these", usable, affinity.online);
    if (reachable > usable)
        return {"CPU affinity", Status::Limited, meaning,
                fmt::format("taskset -c {} ftscale run ...", cpu_list(affinity.reachable))};
    if (asker.is_contained)
        return {"CPU affinity", Status::Limited, meaning,
                when_started_with(asker, fmt::format("--cpuset-cpus 0-{}", affinity.online - 1))};
    return {"CPU affinity", Status::Limited, meaning + "; a cpuset of the control group keeps it so", {}};
}

Check check_load(const std::optional<LoadFacts>& load) {
    if (!load)
        return {
            "load", Status::Missing, "the kernel does not say what else is running: other programs bend the curve", {}};
    if (load->stolen_cpus > kNoticeableLoad)
        return {"load", Status::Limited,
                fmt::format("the machine around this virtual one takes {:.1f} of its {} CPUs away: the curve is bent, "
                            "and repeats differ",
                            load->stolen_cpus, load->cpus),
                "ftscale run -r 9 ..."};
    if (load->busy_cpus > kNoticeableLoad)
        return {
            "load", Status::Limited,
            fmt::format("other programs keep {:.1f} of {} CPUs busy right now: the curve is bent where threads need "
                        "these",
                        load->busy_cpus, load->cpus),
            "ps -eo pcpu,pid,user,args --sort=-pcpu | head"};
    return {"load", Status::Ok, "nothing else keeps a CPU busy right now", {}};
}

}  // namespace ftscale::launch
