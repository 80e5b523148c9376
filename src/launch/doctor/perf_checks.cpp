// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/perf_checks.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "launch/system_file.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;
using counters::Access;
using counters::Obstacle;

/// What the probe maps: of a group's clock its own page and one for its ring, of each member its page.
std::uint64_t mapped_pages(const EventNeeds& needs) { return 2 * needs.groups + needs.members; }
/// A group's stays open to be read, a sampler's without a group only while it is set up.
std::uint64_t descriptors_per_thread(const EventNeeds& needs) { return needs.groups; }
/// The script's own, and those of the interpreter, on the safe side.
constexpr std::uint64_t kOtherDescriptors = 64;

constexpr const char* kForContainers = "--cap-add PERFMON";
// Podman's profile wants more than the capability until late in 2025; docker's does not.
constexpr const char* kForOtherContainers = "--cap-add PERFMON --security-opt seccomp=unconfined";
constexpr const char* kForPods = "capabilities: {add: [PERFMON]}, seccompProfile: {type: Unconfined}";

std::string allow_system_call(const Asker& asker) {
    return when_started_with(asker, asker.engine == "docker" ? kForContainers : kForOtherContainers, kForPods);
}

std::string set_paranoid(const Asker& asker, int level) {
    return as_root(asker, fmt::format("sysctl kernel.perf_event_paranoid={}", level));
}

std::string remedy(Obstacle obstacle, const Asker& asker) {
    switch (obstacle) {
        case Obstacle::NoSystemCall:
        case Obstacle::Seccomp:
            return asker.has_seccomp ? allow_system_call(asker) : "";
        case Obstacle::Security:
            return asker.is_contained ? allow_system_call(asker) : set_paranoid(asker, 1);
        case Obstacle::Paranoid:
            return set_paranoid(asker, 1);
        case Obstacle::Descriptors:
            return "ulimit -n $(ulimit -Hn)";
        default:
            return {};
    }
}

std::string cost_of_level(int level, const Access& access) {
    constexpr const char* kUserOnly = "one's own threads may be sampled, but not while they are in the kernel";
    if (level < 0) return fmt::format("{}: everything is allowed to everybody", level);
    if (level <= 1) return fmt::format("{}: one's own threads may be sampled, in the kernel too", level);
    if (level == 2) return fmt::format("{}: {}", level, kUserOnly);
    // Levels above 2 are an addition of Debian, Ubuntu and Android.
    if (access.cpu_clock.possible) return fmt::format("{}, which this kernel takes for 2: {}", level, kUserOnly);
    return fmt::format("{}: ordinary users have no perf events at all", level);
}

bool has_capability(const fs::path& root, int number) {
    const auto text = read_field(root / "proc/self/status", "CapEff").value_or("0");
    return (std::strtoull(text.c_str(), nullptr, 16) >> number & 1) != 0;
}

std::string kib(rlim_t bytes) { return fmt::format("{} KiB", bytes / 1024); }

std::string raise_locked_memory(const LockedMemoryFacts& facts, std::uint64_t wanted_bytes, const Asker& asker) {
    const bool user_may = facts.memlock.hard == RLIM_INFINITY || facts.memlock.hard >= wanted_bytes;
    if (user_may) return fmt::format("ulimit -l {}", wanted_bytes / 1024);
    if (asker.is_contained) return when_started_with(asker, fmt::format("--ulimit memlock={}", wanted_bytes));
    const auto cpus = static_cast<std::uint64_t>(facts.cpus);
    // A page more for each CPU than the events take, as the kernel counts in whole pages.
    return as_root(asker, fmt::format("sysctl kernel.perf_event_mlock_kb={}", wanted_bytes / 1024 / cpus + 4));
}

std::string raise_descriptors(const Limit& limit, std::uint64_t wanted, const Asker& asker) {
    const bool user_may = limit.hard == RLIM_INFINITY || limit.hard >= wanted;
    if (user_may || (asker.is_root && !asker.is_contained)) return fmt::format("ulimit -n {}", wanted);
    if (asker.is_contained) return when_started_with(asker, fmt::format("--ulimit nofile={}", wanted));
    // The shell that asks fills in its own process id, hence no single quotes.
    const std::string raise = fmt::format("prlimit --pid $$ --nofile={}", wanted);
    return asker.become_root == "sudo" ? "sudo " + raise : fmt::format("su - -c \"{}\"", raise);
}

}  // namespace

Limit read_limit(int resource) {
    rlimit limit{};
    getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    return {limit.rlim_cur, limit.rlim_max};
}

LockedMemoryFacts read_locked_memory(int online_cpus, const EventNeeds& needs, const fs::path& root) {
    constexpr int kIpcLock = 14;  // CAP_IPC_LOCK
    LockedMemoryFacts facts;
    facts.kib_per_cpu = read_number(root / "proc/sys/kernel/perf_event_mlock_kb");
    facts.cpus = std::max(1, online_cpus);
    facts.memlock = read_limit(RLIMIT_MEMLOCK);
    const auto paranoid = read_number(root / "proc/sys/kernel/perf_event_paranoid");
    facts.is_exempt = (has_capability(root, kIpcLock) && is_first_user_namespace(root)) || (paranoid && *paranoid < 0);
    facts.bytes_per_thread = mapped_pages(needs) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return facts;
}

std::optional<std::uint64_t> threads_with_room(const LockedMemoryFacts& facts) {
    if (facts.is_exempt || facts.memlock.soft == RLIM_INFINITY || !facts.kib_per_cpu) return std::nullopt;
    const auto allowance =
        static_cast<std::uint64_t>(*facts.kib_per_cpu) * 1024 * static_cast<std::uint64_t>(facts.cpus);
    return (allowance + facts.memlock.soft) / facts.bytes_per_thread;
}

Check check_perf_events(const Access& access, const Asker& asker) {
    if (access.cpu_clock.possible)
        return {"perf events",
                Status::Ok,
                "perf_event_open works: samples come from the kernel's own clock of each thread",
                {}};
    return {"perf events", Status::Missing,
            fmt::format("{}: samples come from a POSIX timer, as coarse as the kernel's tick, and time in the kernel "
                        "stands in work",
                        access.cpu_clock.reason),
            remedy(access.cpu_clock.obstacle, asker)};
}

Check check_cycles(const Access& access, const Asker& asker) {
    if (access.cycles.possible)
        return {"hardware counters", Status::Ok, "cycles can be counted: the processor's own events are there", {}};
    const bool same_as_all = !access.perf_event_open_allowed;
    const std::string reason = same_as_all ? access.cpu_clock.reason : access.cycles.reason;
    return {"hardware counters", Status::Missing,
            fmt::format("{}: cycles, instructions and cache misses cannot be counted", reason),
            same_as_all ? std::string() : remedy(access.cycles.obstacle, asker)};
}

Check check_kernel_side(const Access& access, const Asker& asker) {
    constexpr const char* kSubject = "kernel samples";
    if (access.cpu_clock.kernel_side)
        return {kSubject, Status::Ok, "samples tell a thread's time in the kernel from its own", {}};
    if (access.cpu_clock.possible)
        return {kSubject, Status::Limited,
                "the kernel may not be sampled: time there is what a thread's CPU time has more than its samples, and "
                "is not known by function",
                set_paranoid(asker, 1)};
    return {kSubject, Status::Missing, "without perf events time in the kernel stands in work", {}};
}

Check check_paranoid(const Access& access) {
    constexpr const char* kSubject = "perf_event_paranoid";
    if (!access.permissions.paranoid)
        return {kSubject, Status::Missing, "the kernel has no such setting, and so no perf events", {}};
    const int level = *access.permissions.paranoid;
    std::string meaning = cost_of_level(level, access);
    const bool is_above = level >= 2 && access.cpu_clock.kernel_side;
    if (is_above) meaning += "; you are privileged and need not care";
    if (level <= 1 || is_above) return {kSubject, Status::Ok, meaning, {}};
    // The command stands in the row of what is lost by it.
    return {kSubject, access.cpu_clock.obstacle == Obstacle::Paranoid ? Status::Missing : Status::Limited, meaning, {}};
}

Check check_locked_memory(const LockedMemoryFacts& facts, const Access& access, int threads, const Asker& asker) {
    constexpr const char* kSubject = "locked memory";
    if (!access.perf_event_open_allowed) return {kSubject, Status::Ok, "none is needed without perf events", {}};
    const auto room = threads_with_room(facts);
    if (!room) return {kSubject, Status::Ok, "no limit on what the threads' events may map", {}};
    const std::string limits = fmt::format("{} KiB for each of {} CPUs (perf_event_mlock_kb) and {} (RLIMIT_MEMLOCK)",
                                           *facts.kib_per_cpu, facts.cpus, kib(facts.memlock.soft));
    const std::string meaning = fmt::format("{}: room for the events of {} threads", limits, *room);
    if (*room >= static_cast<std::uint64_t>(threads)) return {kSubject, Status::Ok, meaning, {}};
    const auto wanted = static_cast<std::uint64_t>(threads) * facts.bytes_per_thread;
    return {kSubject, Status::Limited, fmt::format("{}, fewer than a run at {}", meaning, threads),
            raise_locked_memory(facts, wanted, asker)};
}

Check check_descriptors(const Limit& limit, const EventNeeds& needs, int threads, const Asker& asker) {
    constexpr const char* kSubject = "file descriptors";
    const std::uint64_t wanted =
        static_cast<std::uint64_t>(threads) * descriptors_per_thread(needs) + kOtherDescriptors;
    if (limit.soft == RLIM_INFINITY) return {kSubject, Status::Ok, "no limit on open files", {}};
    const std::string meaning = fmt::format(
        "{} may be open; a run at {} threads needs no more than {} beside the script's", limit.soft, threads, wanted);
    if (limit.soft >= wanted) return {kSubject, Status::Ok, meaning, {}};
    return {kSubject, Status::Limited, meaning, raise_descriptors(limit, wanted, asker)};
}

}  // namespace ftscale::launch
