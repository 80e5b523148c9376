// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What was measured, on what, how, and what limits the figures have.

import type { Report } from "../generated/report_json";
import { isUrgent } from "./findings";
import { bytes, count, percent } from "./format";

type Fact = [label: string, text: string | null];

function machineFacts({ machine, target, sweep }: Report): Fact[] {
    const { interpreter } = target;
    return [
        ["command", target.argv.join(" ")],
        ["interpreter", `${interpreter.path} (${interpreter.build})`],
        ["processor", `${machine.model || "unknown"}, ${machine.physical_cores} cores, ${machine.cpus} CPUs`],
        ["memory", machine.memory_bytes > 0 ? bytes(machine.memory_bytes) : null],
        ["kernel", machine.kernel],
        ["governor", machine.governor],
        ["CPU limit", machine.cgroup_cpu_limit == null ? null : `${machine.cgroup_cpu_limit} CPUs`],
        ["runs", `${sweep.repeats} at each of ${sweep.threads.join(", ")} threads, ${sweep.warmups} to warm up, ${sweep.pinned ? "pinned" : "not pinned"}, seed ${sweep.seed}`],
        ["made", `${sweep.created} by ftscale ${sweep.tool_version}`],
    ];
}

function measurementFacts({ measurement }: Report): Fact[] {
    const dropped = Object.entries(measurement.dropped).filter(([, number]) => number > 0);
    const { calibration, gil } = measurement;
    return [
        ["samples", measurement.sampler ? `${count(measurement.samples)} by ${measurement.sampler}, ${measurement.frequency_hz?.toFixed(0) ?? "?"} per second of CPU time and thread` : "none"],
        ["stacks cut short", measurement.truncated_stacks > 0 ? count(measurement.truncated_stacks) : null],
        ["dropped", dropped.length > 0 ? dropped.map(([reason, number]) => `${reason} ${count(number)}`).join(", ") : "nothing"],
        ["the probe's own time", measurement.probe_cost_share == null ? null : `${percent(measurement.probe_cost_share)} of CPU time`],
        ["calibration", calibration ? `with the probe runs take ${calibration.time_ratio.toFixed(3)} times as long (${calibration.pairs} pairs)` : null],
        ["GIL", gil.on_at_start || gil.on_at_end ? `on${gil.modules.length > 0 ? `, for ${gil.modules.join(", ")}` : ""}` : "off"],
        ["counters", measurement.counters.length > 0 ? measurement.counters.map(({ name, running_share }) => (running_share < 0.999 ? `${name} (${percent(running_share)} of the time)` : name)).join(", ") : null],
        ["not counted", measurement.missing_counters.length > 0 ? measurement.missing_counters.map(({ name, reason }) => `${name}: ${reason}`).join("; ") : null],
    ];
}

function Facts({ facts }: { facts: Fact[] }) {
    return (
        <dl class="facts">
            {facts.map(
                ([label, text]) =>
                    text && (
                        <div key={label}>
                            <dt>{label}</dt>
                            <dd>{text}</dd>
                        </div>
                    ),
            )}
        </dl>
    );
}

export function MachineSection({ report }: { report: Report }) {
    return (
        <div>
            <div class="columns">
                <Facts facts={machineFacts(report)} />
                <Facts facts={measurementFacts(report)} />
            </div>
            <ul class="notes">
                {report.warnings
                    .filter((warning) => !isUrgent(warning))
                    .map((warning) => (
                        <li key={warning.message}>{warning.message}</li>
                    ))}
            </ul>
        </div>
    );
}
