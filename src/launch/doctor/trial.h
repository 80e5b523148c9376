// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A run of a tenth of a second, with the probe and the orders that `ftscale run` would give it: the doctor promises
// what it has seen.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ftscale/recording_format.h"
#include "launch/executor.h"
#include "launch/target_environment.h"
#include "launch/variables.h"

namespace ftscale::launch {

struct Trial {
    std::string failure;  // why it left nothing to judge; empty when it did
    format::Sampler sampler = format::Sampler::None;
    format::ProcessBegin facts{};  // what the probe says of the process
    std::size_t samples = 0;
    std::size_t dropped_objects = 0;
    std::size_t dropped_counters = 0;  // groups that could not be opened
    bool has_run_delay = false;        // the kernel said how long a thread waited for a CPU
    std::optional<format::Refusal> refusal;
    bool gil_on = false;               // when the script began
    std::vector<std::string> modules;  // ELF objects that samples fell into
};

/// Runs the interpreter; `orders.directory` is filled in. Throws base::Error where no process or folder can be made.
Trial make_trial(const std::string& interpreter, ProbeOrders orders, const Variables& variables, Executor& executor);

}  // namespace ftscale::launch
