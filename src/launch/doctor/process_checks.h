// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the probe asks of the kernel beside perf events.
#pragma once

#include <filesystem>
#include <optional>

#include "launch/doctor/asker.h"
#include "launch/doctor/check.h"

namespace ftscale::launch {

/// /proc/self/schedstat: how long a thread was ready to run and did not.
struct SchedstatFacts {
    bool is_readable = false;
    bool is_counting = false;           // it says more than zeros
    bool has_delay_accounting = false;  // kernel.task_delayacct is there to be switched on
};
SchedstatFacts read_schedstat(const std::filesystem::path& root = "/");

/// errno of process_vm_readv on our own memory; 0 where it works. Tried.
int try_memory_read();

/// `has_perf_events`: there is a next rung, the switch records of the sampler's event.
Check check_schedstat(const SchedstatFacts& schedstat, bool has_perf_events, const Asker& asker);
Check check_memory_read(int error, const Asker& asker);

}  // namespace ftscale::launch
