// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/json_parts.h"

namespace ftscale::report {
namespace {

const char* outcome_name(recording::RunOutcome outcome) {
    switch (outcome) {
        case recording::RunOutcome::Exited:
            return "exited";
        case recording::RunOutcome::Signalled:
            return "signalled";
        case recording::RunOutcome::TimedOut:
            return "timed_out";
        case recording::RunOutcome::Interrupted:
            return "interrupted";
        case recording::RunOutcome::FailedToStart:
            return "failed_to_start";
        case recording::RunOutcome::Lost:
            break;
    }
    return "lost";
}

Json execution_json(const recording::Run& run) {
    return {{"threads", run.threads},
            {"repeat", run.repeat},
            {"warmup", run.warmup},
            {"control", text_or_null(run.control)},
            {"has_probe", run.has_probe},
            {"outcome", outcome_name(run.outcome)},
            {"exit_code", run.exit_code},
            {"signal", run.signal},
            {"cpus", run.cpus}};
}

}  // namespace

Json target_json(const recording::Manifest& manifest) {
    const recording::Interpreter& interpreter = manifest.interpreter;
    return {{"argv", manifest.argv},
            {"working_directory", manifest.working_directory},
            {"interpreter",
             {{"path", interpreter.path},
              {"version", interpreter.version},
              {"build", interpreter.build},
              {"implementation", interpreter.implementation},
              {"free_threaded", interpreter.free_threaded},
              {"gil_enabled", interpreter.gil_enabled}}}};
}

Json machine_json(const recording::Machine& machine) {
    return {{"cpus", machine.cpus},
            {"physical_cores", machine.physical_cores},
            {"model", machine.model},
            {"kernel", machine.kernel},
            {"governor", text_or_null(machine.governor)},
            {"cgroup_cpu_limit", number(machine.cgroup_cpu_limit)},
            {"perf_event_paranoid", machine.perf_event_paranoid ? Json(*machine.perf_event_paranoid) : Json(nullptr)},
            {"memory_bytes", machine.memory_bytes}};
}

Json sweep_json(const recording::Manifest& manifest) {
    const recording::Sweep& sweep = manifest.sweep;
    return {{"created", manifest.created},
            {"tool_version", manifest.tool_version},
            {"threads", sweep.threads},
            {"repeats", sweep.repeats},
            {"warmups", sweep.warmups},
            {"seed", sweep.seed},
            {"pinned", sweep.pinned},
            {"interrupted", manifest.interrupted},
            {"executions", list(manifest.runs, execution_json)}};
}

}  // namespace ftscale::report
