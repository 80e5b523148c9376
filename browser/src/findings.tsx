// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a person reads first: the causes, largest first, each with its size and what to do about it.

import type { Report } from "../generated/report_json";
import { cores } from "./format";

/** Those without which the figures would mislead stand at the top, the others with the measurement. */
const kUrgent = new Set(["gil_enabled", "gil_enabled_later", "refused", "run_failed", "no_successful_run", "no_runs", "no_region", "interrupted", "incomplete_recording"]);

export const isUrgent = (warning: Report["warnings"][number]) => kUrgent.has(warning.code);

export function Findings({ report }: { report: Report }) {
    const largest = report.runs.at(-1)?.threads;
    const speedup = report.scaling.points.at(-1)?.speedup ?? 1;
    return (
        <section id="findings" aria-labelledby="findings-title">
            {report.warnings.filter(isUrgent).map((warning) => (
                <p key={warning.message} class="warning">
                    {warning.message}
                </p>
            ))}
            <h2 id="findings-title">What to look at</h2>
            {report.findings.length === 0 && <p class="nothing">Nothing large enough to be named.</p>}
            <ol class="findings">
                {report.findings.map((finding) => (
                    <li key={finding.title} class={`finding ${finding.severity}`}>
                        <div class="size">
                            <strong>{cores(finding.lost_cores)}</strong> <span>± {cores(finding.uncertainty_cores)}</span>
                            <small>{largest ? `of ${largest} cores` : "cores"}</small>
                        </div>
                        <div class="text">
                            <h3>{finding.title}</h3>
                            <ul>
                                {finding.evidence.map((evidence) => (
                                    <li key={evidence}>{evidence}</li>
                                ))}
                            </ul>
                            {finding.speedup_without !== null && (
                                <p class="gain">
                                    without it: about {finding.speedup_without.toFixed(2)}x instead of {speedup.toFixed(2)}x
                                </p>
                            )}
                            {finding.advice && <p class="advice">{finding.advice}</p>}
                        </div>
                    </li>
                ))}
            </ol>
        </section>
    );
}
