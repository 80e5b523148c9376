// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/process_checks.h"

#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "launch/system_file.h"

namespace ftscale::launch {

SchedstatFacts read_schedstat(const std::filesystem::path& root) {
    SchedstatFacts facts;
    const auto line = read_first_line(root / "proc/self/schedstat");
    facts.is_readable = line.has_value();
    // A process that reads has run: zeros are those of a kernel that does not count.
    facts.is_counting = line && line->find_first_not_of("0 ") != std::string::npos;
    facts.has_delay_accounting = read_number(root / "proc/sys/kernel/task_delayacct").has_value();
    return facts;
}

int try_memory_read() {
    const char from = 1;
    char to = 0;
    const iovec local{&to, 1};
    const iovec remote{const_cast<char*>(&from), 1};
    return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == 1 ? 0 : errno;
}

Check check_schedstat(const SchedstatFacts& schedstat, bool has_perf_events, const Asker& asker) {
    constexpr const char* kSubject = "schedstat";
    if (schedstat.is_counting)
        return {kSubject, Status::Ok, "the kernel says how long each thread waited for a CPU (run_queue)", {}};
    constexpr const char* kCost = "time a thread waited for a CPU stands in unknown";
    const char* state = schedstat.is_readable ? "switched off" : "this kernel has none";
    const std::string command = schedstat.is_readable && schedstat.has_delay_accounting
                                    ? as_root(asker, "sysctl kernel.task_delayacct=1")
                                    : std::string();
    if (has_perf_events)
        return {
            kSubject, Status::Limited,
            fmt::format("{}: the switch records of the sampler's event tell how long a thread was preempted, but not "
                        "how long it took to wake up",
                        state),
            command};
    return {kSubject, Status::Missing, fmt::format("{}: {}", state, kCost), command};
}

Check check_memory_read(int error, const Asker& asker) {
    constexpr const char* kSubject = "process_vm_readv";
    if (error == 0)
        return {
            kSubject, Status::Ok, "objects can be read safely: reference counts are seen, with types and names", {}};
    const char* name = strerrorname_np(error);
    const std::string meaning =
        fmt::format("forbidden ({}): no objects are seen, and contended reference counts stand in work",
                    name != nullptr ? name : "error");
    if (!asker.is_contained) return {kSubject, Status::Missing, meaning, {}};
    constexpr const char* kPod = "capabilities: {add: [SYS_PTRACE]}, seccompProfile: {type: Unconfined}";
    const char* option =
        asker.engine == "docker" ? "--cap-add SYS_PTRACE" : "--cap-add SYS_PTRACE --security-opt seccomp=unconfined";
    return {kSubject, Status::Missing, meaning, when_started_with(asker, option, kPod)};
}

}  // namespace ftscale::launch
